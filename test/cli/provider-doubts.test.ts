import { afterEach, expect, test, vi } from 'vitest';
import { findProviderDoubts } from '../../src/cli/provider-doubts.ts';
import { packageFolder } from '../model/provider/package-folder.ts';

afterEach(() => void vi.restoreAllMocks());

const doubtsOf = (provider: string) => findProviderDoubts({ m: { provider, model: 'x' } });

test.each([
  ['openai-compatibel', 'openai-compatible'],
  ['openai_compatible', 'openai-compatible'],
  ['open-ai', 'openai'],
  ['antropic', 'anthropic'],
  ['googel', 'google'],
])('%s may mean %s', (provider, near) => {
  expect(doubtsOf(provider)).toEqual([
    `models.m.provider: there is no provider "${provider}", and no package of that name is installed; did you mean "${near}"?`,
  ]);
});

test.each([
  'openai',
  'openai-compatible',
  'code',
  '@openrouter/ai-sdk-provider',
  'ollama-ai-provider-v2',
  'workers-ai-provider',
])('%s means itself', (provider) => {
  expect(doubtsOf(provider)).toEqual([]);
});

test('a package that is installed means itself, however near its name is', () => {
  vi.spyOn(process, 'cwd').mockReturnValue(packageFolder('open-ai', { 'package.json': '{}', 'index.js': '' }));
  expect(doubtsOf('open-ai')).toEqual([]);
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRedactor } from '../../../src/base/redact.ts';
import { createLanguageModel } from '../../../src/model/provider/create-language-model.ts';
import type { ProviderModelSpec } from '../../../src/protocol.ts';
import { echoPackage, packageFolder } from './package-folder.ts';

const KEYS = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'];

beforeEach(() => {
  for (const key of KEYS) vi.stubEnv(key, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const create = (spec: Partial<ProviderModelSpec>) =>
  createLanguageModel('mine', { provider: 'openai', model: 'm', ...spec });
const installed = (files: Record<string, string>) =>
  vi.spyOn(process, 'cwd').mockReturnValue(packageFolder('echo-provider', files));

describe('createLanguageModel', () => {
  test.each([
    ['openai', {}, 'openai.responses'],
    ['@ai-sdk/openai', {}, 'openai.responses'],
    ['@ai-sdk/openai-compatible', { baseUrl: 'http://127.0.0.1:1/v1' }, 'openaiCompatible.chat'],
    // Servers that speak like OpenAI's seldom have its Responses API.
    ['openai', { baseUrl: 'http://127.0.0.1:1/v1' }, 'openai.chat'],
    ['anthropic', {}, 'anthropic.messages'],
    ['google', {}, 'google.generative-ai'],
    ['openai-compatible', { baseUrl: 'http://127.0.0.1:1/v1' }, 'openaiCompatible.chat'],
  ])('%s with %j', async (provider, more, made) => {
    const { model, takesSchema } = await create({ provider, apiKey: 'sk-0123456789', ...more });
    expect(model).toMatchObject({ specificationVersion: 'v3', provider: made, modelId: 'm' });
    expect(takesSchema).toBe(!provider.includes('compatible'));
  });

  test('a compatible server takes a schema if it is said to', async () => {
    const spec = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1', structured: true };
    const { model, takesSchema } = await create(spec);
    expect([(model as any).supportsStructuredOutputs, takesSchema]).toEqual([true, true]);
  });

  test.each([
    ['openai', 'OPENAI_API_KEY'],
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ['google', 'GOOGLE_GENERATIVE_AI_API_KEY'],
  ])('%s without a key names %s', async (provider, variable) => {
    const problem = {
      code: 'MODEL_UNAVAILABLE',
      message: `Cannot use model "mine": there is no API key; set the environment variable ${variable}, or api_key`,
    };
    await expect(create({ provider })).rejects.toMatchObject(problem);
    vi.stubEnv(variable, '');
    await expect(create({ provider })).rejects.toMatchObject(problem);
    vi.stubEnv(variable, `value-of-${variable}-`);
    expect((await create({ provider })).key).toBe(variable);
    // Whatever a variable is called, what is used as a key is a secret.
    expect(createRedactor({})(`a value-of-${variable}- b`)).toBe('a [redacted] b');
  });

  test('a compatible server needs an address, but no key', async () => {
    await expect(create({ provider: 'openai-compatible' })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: 'Cannot use model "mine": the provider openai-compatible needs the address of its server; set base_url',
    });
    expect((await create({ provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1' })).key).toBe('api_key');
  });

  test('texts are filled in from the environment', async () => {
    vi.stubEnv('MY_KEY', 'my-key-0123456789');
    vi.stubEnv('MY_MODEL', 'gpt-from-env');
    const spec = { model: '${MY_MODEL}', apiKey: '${MY_KEY}', headers: { 'x-team': 'team ${MY_MODEL}' } };
    expect(await create(spec)).toMatchObject({
      modelId: 'gpt-from-env',
      model: { modelId: 'gpt-from-env' },
      key: 'MY_KEY',
      headers: { 'x-team': 'team gpt-from-env' },
    });
    await expect(create({ apiKey: '${NO_SUCH_VARIABLE}' })).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
      message: expect.stringContaining('model "mine"'),
    });
  });

  test.each(['localhost:8080', 'file:///etc/passwd', 'nowhere'])('%s is no address', async (baseUrl) => {
    await expect(create({ provider: 'openai-compatible', baseUrl })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: 'Cannot use model "mine": its base_url is no address of a server; write it as https://host/path',
    });
  });

  test('keys that stand in the scenario are secrets too', async () => {
    const headers = { Authorization: 'Bearer literal-token-1', 'x-team': 'an-ordinary-word' };
    await create({ apiKey: 'literal-key-1', headers });
    expect(createRedactor({})('literal-token-1 literal-key-1 an-ordinary-word')).toBe(
      '[redacted] [redacted] an-ordinary-word',
    );
  });

  describe('of any package', () => {
    const spec = { provider: 'echo-provider', apiKey: 'sk-0123456789', baseUrl: 'http://x/' };

    test.each(['v3', 'v4'])('of specification %s, by its factory', async (version) => {
      installed(echoPackage(version));
      expect((await create(spec)).model).toMatchObject({ specificationVersion: version, modelId: 'm' });
    });

    test.each([
      ['as its default', 'export default echo;'],
      ['by any name', 'export { echo };'],
    ])('ready-made, %s', async (_, text) => {
      const files = {
        'package.json': JSON.stringify({ name: 'echo-provider', type: 'module' }),
        'index.js': `const echo = Object.assign(() => 0, { languageModel: (modelId) => ({ specificationVersion: 'v3', modelId }) }); ${text}`,
      };
      installed(files);
      expect((await create({ provider: 'echo-provider' })).model).toMatchObject({ modelId: 'm' });
      await expect(create(spec)).rejects.toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        message:
          'Cannot use model "mine": package "echo-provider": it exports no create... function, so it cannot be given an api_key or a base_url',
      });
    });

    test.each([
      ['v2', 'of specification v2'],
      ['v5', 'of specification v5'],
    ])('of specification %s it says what to install', async (version, found) => {
      installed(echoPackage(version));
      await expect(create(spec)).rejects.toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        message: `Cannot use model "mine": what the package "echo-provider" makes is ${found}, and v3 or v4 is needed; npm install echo-provider@latest`,
      });
    });

    test.each([
      ['export const answer = 42;', 'it exports neither a create... function nor a provider'],
      ['export function createEcho() { throw new Error("no"); }', 'no'],
      ['export function createEcho() { return 5; }', 'it exports neither a create... function nor a provider'],
    ])('that is none: %s', async (text, problem) => {
      installed({ 'package.json': '{"name":"echo-provider","type":"module"}', 'index.js': text });
      await expect(create({ provider: 'echo-provider' })).rejects.toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        message: `Cannot use model "mine": package "echo-provider": ${problem}`,
      });
    });

    test('that makes nothing of use', async () => {
      const index = 'export const createEcho = () => ({ languageModel: () => null });';
      installed({ 'package.json': '{"name":"echo-provider","type":"module"}', 'index.js': index });
      await expect(create(spec)).rejects.toThrow('makes is no language model, and v3 or v4 is needed');
    });
  });
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadPackage } from '../../../src/model/provider/load-package.ts';
import { packageFolder } from './package-folder.ts';

afterEach(() => void vi.restoreAllMocks());

function from(name: string, files: Readonly<Record<string, string>>): void {
  vi.spyOn(process, 'cwd').mockReturnValue(packageFolder(name, files));
}

const json = (value: object) => JSON.stringify({ name: 'x', ...value });

describe('loadPackage', () => {
  test("finds the project's own package first, even one that is beside troupe as well", async () => {
    from('@ai-sdk/openai', {
      'package.json': json({ type: 'module', exports: './own.js' }),
      'own.js': 'export const own = 1;',
    });
    expect(await loadPackage('mine', '@ai-sdk/openai')).toMatchObject({ own: 1 });
  });

  test('and then the one beside troupe', async () => {
    from('other', { 'package.json': json({}), 'index.js': '' });
    expect(await loadPackage('mine', '@ai-sdk/openai')).toHaveProperty('createOpenAI');
  });

  test.each([
    ['main', { main: 'lib.js', type: 'module' }, 'lib.js', 'export const own = 2;'],
    ['index.js', { type: 'module' }, 'index.js', 'export const own = 2;'],
    [
      'exports for import only',
      { type: 'module', exports: { '.': { import: './a.js' } } },
      'a.js',
      'export const own = 2;',
    ],
    [
      'conditions in conditions',
      { type: 'module', exports: { '.': { browser: './b.js', node: { types: './t.ts', import: './a.js' } } } },
      'a.js',
      'export const own = 2;',
    ],
    ['CommonJS', { main: 'a.cjs' }, 'a.cjs', 'module.exports = Object.assign({}, { own: 2 });'],
  ])('by its %s', async (_, manifest, file, text) => {
    from('some-provider', { 'package.json': json(manifest), [file]: text });
    expect(await loadPackage('mine', 'some-provider')).toMatchObject({ own: 2 });
  });

  test('says how to install one that is missing', async () => {
    await expect(loadPackage('mine', '@ai-sdk/nosuch')).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: 'Cannot use model "mine": the package "@ai-sdk/nosuch" is not installed; npm install @ai-sdk/nosuch',
    });
  });

  test('and which providers have a short name, if it may be one of those that is meant', async () => {
    await expect(loadPackage('mine', 'openai-compatibel')).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message:
        'Cannot use model "mine": the provider "openai-compatibel" is none of those with a short name ' +
        '(openai, anthropic, google, openai-compatible), and the package "openai-compatibel" is not installed; ' +
        'npm install openai-compatibel',
    });
  });

  test('says why one cannot be loaded', async () => {
    from('broken', { 'package.json': json({ type: 'module' }), 'index.js': 'throw new Error("too old");' });
    await expect(loadPackage('mine', 'broken')).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: `Cannot use model "mine": the package "broken" cannot be loaded by Node ${process.versions.node}: too old`,
    });
  });

  test('a package that says nothing sensible of itself is not installed', async () => {
    from('odd', { 'package.json': '{' });
    await expect(loadPackage('mine', 'odd')).rejects.toThrow('is not installed');
  });

  test.each([
    '../elsewhere',
    '/etc/passwd',
    'node:fs',
    'a/b',
    '@a',
    'A',
    '',
    'x'.repeat(300),
  ])('%j is no name of a package', async (name) => {
    await expect(loadPackage('mine', name)).rejects.toThrow(
      'is neither one that troupe knows nor the name of an npm package',
    );
  });
});

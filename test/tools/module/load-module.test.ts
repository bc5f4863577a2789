import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import { MODULE_LOAD_MS } from '../../../src/base/limits.ts';
import { defineTool } from '../../../src/index.ts';
import { loadModule } from '../../../src/tools/module/load-module.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Writes files into a folder of its own. @returns The path of the first one. */
function write(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0] ?? '');
}
const failure = (path: string) =>
  loadModule(path).then<any, any>(
    () => expect.unreachable(),
    (error) => error,
  );

afterEach(() => void vi.useRealTimers());

describe('a module', () => {
  test('is TypeScript as it is, with what it needs from its own folder', async () => {
    const path = write({
      'tools.ts': `
        import { readFileSync } from 'node:fs';
        import { twice, type Unit } from './lib/twice.ts';
        import { unit } from 'units';
        enum Kind { A = 1 }
        class Box { constructor(private readonly n: number) {} get() { return this.n; } }
        const said: Unit = await Promise.resolve(unit);
        export const all = [twice(21), said, Kind.A, new Box(3).get(), typeof readFileSync];
        export default 'the default';
      `,
      'lib/twice.ts': `export type Unit = string; export function twice(n: number): number { return n * 2; }`,
      'node_modules/units/package.json': '{ "name": "units", "type": "module", "exports": "./index.js" }',
      'node_modules/units/index.js': `export const unit = 'ms';`,
    });
    expect(await loadModule(path)).toMatchObject({ all: [42, 'ms', 1, 3, 'function'], default: 'the default' });
    expect(readdirSync(join(path, '..')).sort()).toEqual(['lib', 'node_modules', 'tools.ts']);
  });

  test.each([
    [
      'mjs',
      `import * as troupe from 'troupe'; export const defined = troupe.defineTool; export const E = troupe.TroupeError;`,
    ],
    ['cjs', `const troupe = require('troupe'); exports.defined = troupe.defineTool; exports.E = troupe.TroupeError;`],
    ['ts', `export { defineTool as defined, TroupeError as E } from 'troupe';`],
  ])('finds this very package as troupe (.%s)', async (extension, text) => {
    const { defined, E } = await loadModule(write({ [`tools.${extension}`]: text }));
    expect(defined).toBe(defineTool);
    expect(E).toBe(TroupeError);
  });

  test('has this very package in what it imports too', async () => {
    const path = write({
      'tools.ts': `export { made } from './made.ts';`,
      'made.ts': `import { MODULE_LOAD_MS } from '../../../src/base/limits.ts';
import { defineTool } from 'troupe'; export const made = defineTool;`,
    });
    expect((await loadModule(path)).made).toBe(defineTool);
  });

  test('is loaded once, also when it is asked for twice while it waits', async () => {
    const path = write({
      'tools.ts': `
        await new Promise((resolve) => setImmediate(resolve));
        export const own = {};
      `,
    });
    const [one, two] = await Promise.all([loadModule(path), loadModule(path)]);
    expect(one.own).toBeTypeOf('object');
    expect(two.own).toBe(one.own);
  });
});

describe('a module that cannot be loaded is refused, with what to do:', () => {
  test('none', async () => {
    const path = join(temporaryFolder(), 'none.ts');
    expect(await failure(path)).toMatchObject({
      code: 'SCENARIO_INVALID',
      message: `Cannot load the module "${path}": it does not exist; the path is relative to the scenario`,
    });
  });

  test('a folder', async () => expect((await failure(temporaryFolder())).message).toMatch(/: it is not a file$/));

  test('text that is no program, with its place', async () => {
    const path = write({ 'tools.ts': `export const a = 1;\nexport const b = {\n  x: 1,,\n};\n` });
    expect((await failure(path)).message).toBe(
      `Cannot load the module "${path}": its text cannot be read: Unexpected token ${path}:3:7`,
    );
  });

  test('one that throws, with the line, be it in what it imports', async () => {
    const path = write({
      'tools.ts': `import './connect.ts';\nexport const a = 1;\n`,
      'connect.ts': `interface Options { a: string }\n\nfunction connect(_: Options): void {\n  throw new TypeError('no token');\n}\nconnect({ a: '' });\n`,
    });
    const error = await failure(path);
    expect(error.message).toBe(
      `Cannot load the module "${path}": it throws while it is loaded: no token (${join(path, '../connect.ts')}:4)`,
    );
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test('one that throws what is no error', async () =>
    expect((await failure(write({ 'tools.ts': `throw 'x'.repeat(5_000);` }))).message.length).toBeLessThan(1_300));

  test('one that imports what is not there', async () => {
    const file = write({ 'tools.ts': `const a = 1;\nimport { x } from './nowhere.ts';\nexport const b = x + a;` });
    expect((await failure(file)).message).toMatch(
      /it imports "\.\/nowhere\.ts", which cannot be found \(.*tools\.ts:\d+\); check the path$/,
    );
    const pack = write({ 'tools.ts': `import { x } from 'no-such-package';\nexport const b = x;` });
    expect((await failure(pack)).message).toMatch(
      /it imports "no-such-package", which cannot be found \(.*tools\.ts:1\); install it in the module's folder$/,
    );
  });

  test('one that waits for ever', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const failed = failure(write({ 'tools.ts': `await new Promise(() => undefined); export const a = 1;` }));
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    await vi.advanceTimersByTimeAsync(MODULE_LOAD_MS + 1);
    expect((await failed).message).toMatch(/: it was not done within 30000 ms; let it wait in execute, /);
  });

  test('and the next one is loaded all the same', async () => {
    const bad = loadModule(write({ 'tools.ts': `throw new Error('x')` }));
    const good = loadModule(write({ 'tools.ts': `export const a = 1;` }));
    await expect(bad).rejects.toThrow('x');
    expect((await good).a).toBe(1);
  });
});

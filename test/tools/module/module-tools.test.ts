import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ModuleToolSpec } from '../../../src/protocol.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { openModuleTools } from '../../../src/tools/module/module-tools.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { createContext } from '../tool-context.ts';

const HEAD = `
  import { defineTool } from 'troupe';
  const tool = (name, rest = {}) => defineTool({ name, description: 'Does ' + name, effects: 'none', execute: () => name, ...rest });
`;
function open(text: string, spec: Partial<ModuleToolSpec> = {}) {
  const module = join(temporaryFolder(), 'tools.ts');
  writeFileSync(module, HEAD + text);
  return openModuleTools('declared', { module, timeoutMs: 1_234, ...spec });
}
const names = async (text: string, spec: Partial<ModuleToolSpec> = {}) => {
  const { tools, isSet } = await open(text, spec);
  return [isSet, ...tools.map(({ name }) => name)];
};

describe('the tools of a module', () => {
  test.each<[string, string, unknown[]]>([
    ['the only one gets the declared name', `export const a = tool('a');`, [false, 'declared']],
    ['a default is one too', `export default tool('a');`, [false, 'declared']],
    ['so is the only one of a list', `export const all = [tool('a')];`, [false, 'declared']],
    ['several keep their own', `export const b = tool('x'); export const a = tool('y');`, [true, 'x', 'y']],
    [
      'lists count with the others',
      `export const all = [tool('a'), tool('b')]; export const c = tool('c');`,
      [true, 'a', 'b', 'c'],
    ],
    [
      'one exported twice is one',
      `export const a = tool('a'); export const all = [a]; export default a;`,
      [false, 'declared'],
    ],
    [
      'what is no tool does not count',
      `export const a = tool('a'); export const help = () => 1; export const n = [1];`,
      [false, 'declared'],
    ],
  ])('%s', async (_, text, expected) => {
    const [isSet, ...found] = await names(text);
    expect([isSet, ...found.sort()]).toEqual(expected);
  });

  test('export picks one, or a list', async () => {
    const text = `export const a = tool('a'); export const b = tool('b'); export const all = [a, b];`;
    expect(await names(text, { export: 'b' })).toEqual([false, 'declared']);
    expect(await names(text, { export: 'all' })).toEqual([true, 'a', 'b']);
  });

  test('have what the scenario says in the place of what they say themselves', async () => {
    const text = `export const a = tool('a', { effects: 'once', timeoutMs: 9, external: false });`;
    expect((await open(text)).tools).toMatchObject([
      { name: 'declared', description: 'Does a', effects: 'once', timeoutMs: 1_234, external: false },
    ]);
    expect((await open(text, { description: 'Mine', effects: 'idempotent' })).tools).toMatchObject([
      { description: 'Mine', effects: 'idempotent' },
    ]);
  });

  test('are called with what they need, also one that is of a class', async () => {
    const { tools } = await open(
      `
      import { z } from 'zod';
      class Counter {
        name = 'count'; description = 'Counts.'; parameters = { type: 'object' }; timeoutMs = 9; effects = 'none'; external = false;
        #count = 0;
        execute() { return ++this.#count; }
      }
      export const counter = new Counter();
      export const half = defineTool({
        name: 'half', description: 'Halves.', parameters: z.object({ n: z.string().transform(Number) }),
        execute: ({ n }, { agent }) => [agent, n / 2],
      });
    `.replace("from 'zod'", `from '${import.meta.resolve('zod').replace('file://', '')}'`),
    );
    const results = await Promise.all(
      tools.map((tool) => runToolCall({ id: '1', name: tool.name, args: { n: '4' } }, tool, createContext())),
    );
    expect(results.map(({ name, content }) => [name, content]).sort()).toEqual([
      ['count', 1],
      ['half', ['a/1', 2]],
    ]);
  });
});

test.each<[string, string, Partial<ModuleToolSpec>, RegExp]>([
  [
    'no tool',
    `export const a = 1; export const b = 2;`,
    {},
    /: it exports no tool; it exports a, b; export what defineTool makes$/,
  ],
  ['nothing', `export {};`, {}, /: it exports no tool, nor anything else; /],
  ['no such export', `export const a = tool('a');`, { export: 'b' }, /: it has no export "b"; it exports a$/],
  [
    'a name that every object has',
    `export const a = tool('a');`,
    { export: 'toString' },
    /: it has no export "toString"/,
  ],
  ['an export that is no tool', `export const a = () => 1;`, { export: 'a' }, /: its export "a" is no tool; /],
  ['an empty list', `export const a = [];`, { export: 'a' }, /: its export "a" is no tool; /],
  ['a list with something else', `export const a = [tool('a'), {}];`, {}, /: item 2 of its export "a" is no tool; /],
  [
    'one description for several',
    `export const a = [tool('a'), tool('b')];`,
    { description: 'x' },
    /: it has 2 tools, each /,
  ],
])('%s is refused', async (_, text, spec, message) => {
  const error = await open(text, spec).then<any, any>(
    () => expect.unreachable(),
    (reason) => reason,
  );
  expect(error.code).toBe('SCENARIO_INVALID');
  expect(error.message).toMatch(/^Cannot make tool "declared" of the module ".*tools\.ts": /);
  expect(error.message).toMatch(message);
});

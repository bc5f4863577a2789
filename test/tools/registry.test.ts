import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { McpToolSpec, ToolSpec } from '../../src/protocol.ts';
import { runToolCall } from '../../src/tools/call.ts';
import type { OpenedTools } from '../../src/tools/open-tools.ts';
import { createTools } from '../../src/tools/registry.ts';
import { createContext, createTool } from './tool-context.ts';

/** Servers are opened elsewhere; here it counts that they are closed. */
const servers = vi.hoisted(() => ({ closed: [] as string[], close: async () => {} }));
vi.mock('../../src/tools/open-tools.ts', async (importOriginal) => {
  const { openTools } = await importOriginal<typeof import('../../src/tools/open-tools.ts')>();
  const openServer = (name: string, { tools = [], prefix }: McpToolSpec): OpenedTools => ({
    tools: tools.map((tool) => createTool(() => 1, { name: `${prefix}${tool}` })),
    isSet: true,
    close: async () => {
      servers.closed.push(name);
      await servers.close();
    },
  });
  const open: typeof openTools = async (name, spec, own) =>
    'mcp' in spec ? openServer(name, spec) : openTools(name, spec, own);
  return { openTools: open };
});
beforeEach(() => {
  servers.closed = [];
  servers.close = async () => {};
});

const folder = mkdtempSync(join(tmpdir(), 'troupe-registry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'a.md'), '# Disk\nFull.');
writeFileSync(
  join(folder, 'tools.ts'),
  `import { defineTool } from 'troupe';
  const tool = (name) => defineTool({ name, description: name, effects: 'none', external: false, execute: () => name });
  export const both = [tool('one'), tool('two')];`,
);
const timeoutMs = 1_000;
const simulated: ToolSpec = {
  builtin: 'simulated',
  latency: { kind: 'constant', ms: 5 },
  failureRate: 0,
  result: '{{ params.unit }}',
  timeoutMs: 100,
};
const all: Record<string, ToolSpec> = {
  find: { builtin: 'search', folder, timeoutMs },
  host: { builtin: 'metrics', timeoutMs },
  read: { builtin: 'read-file', folder, timeoutMs },
  write: { builtin: 'write-file', folder, timeoutMs },
  list: { builtin: 'list-files', folder, timeoutMs },
  sum: { builtin: 'calculate', timeoutMs },
  time: { builtin: 'now', timeoutMs },
  tell: { builtin: 'send', timeoutMs },
  add: { builtin: 'append-line', file: join(folder, 'lines'), timeoutMs },
  grep: { builtin: 'find-lines', file: join(folder, 'lines'), timeoutMs },
  learn: { builtin: 'remember', shared: false, timeoutMs },
  recall: { builtin: 'recall', shared: false, timeoutMs },
  pretend: simulated,
};
const args: Record<string, object> = {
  find: { query: 'disk' },
  read: { path: 'a.md' },
  write: { path: 'b.md', text: 'x' },
  list: {},
  sum: { expression: '1+1' },
  tell: { to: 'a/2', body: 'hi' },
  add: { line: 'x' },
  grep: { text: 'x' },
  learn: { key: 'k', text: 'x' },
  recall: { query: 'k' },
};
const server = (tools: string[], prefix = ''): ToolSpec => ({
  mcp: { url: 'http://127.0.0.1:1', headers: {} },
  tools,
  prefix,
  simulated: {},
  timeoutMs,
});
const options = { params: { unit: 'ms' }, virtual: true, tell: () => undefined };
const create = (specs: Record<string, ToolSpec>, rest: object = {}) => createTools(specs, { ...options, ...rest });

describe('createTools', () => {
  test.each([
    true,
    false,
  ])('makes every built-in under its own name, each of which works (virtual: %s)', async (virtual) => {
    const { tools, sets } = await create(all, { virtual });
    expect(sets.size).toBe(0);
    expect([...tools.keys()]).toEqual(Object.keys(all));
    for (const [name, tool] of tools) {
      expect(tool).toMatchObject({ name, timeoutMs: all[name]?.timeoutMs, parameters: { type: 'object' } });
      expect(tool.description).not.toBe('');
      const call = { id: '1', name, args: (args[name] ?? {}) as never };
      expect(await runToolCall(call, tool, createContext())).toMatchObject({ name, isError: false });
    }
    expect(JSON.stringify([...tools.values()])).not.toContain('undefined');
  });

  test('takes the description from the scenario', async () => {
    const { tools } = await create(
      Object.fromEntries(Object.entries(all).map(([name, spec]) => [name, { ...spec, description: `My ${name}` }])),
    );
    expect([...tools.values()].map((tool) => tool.description)).toEqual(Object.keys(all).map((name) => `My ${name}`));
  });

  test('adds tools from code after the declared ones', async () => {
    const extra = createTool(() => 1, { name: 'mine' });
    const { tools } = await create({ pretend: simulated }, { extra: [extra] });
    expect([...tools.keys()]).toEqual(['pretend', 'mine']);
    expect(tools.get('mine')).toBe(extra);
  });

  test.each([
    ['a declared one', [createTool(() => 1, { name: 'pretend' })]],
    ['another from code', [createTool(() => 1, { name: 'x' }), createTool(() => 2, { name: 'x' })]],
  ])('refuses a tool with the name of %s', async (_, extra) => {
    await expect(create({ pretend: simulated }, { extra })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^Cannot add tool "(pretend|x)": there is another of that name$/),
    });
  });

  test('names like those every object has are names', async () => {
    const { tools } = await create({ constructor: simulated });
    expect(tools.get('constructor')?.name).toBe('constructor');
    expect(tools.get('toString')).toBeUndefined();
  });

  test('refuses a folder that does not exist before anything runs', async () => {
    for (const builtin of ['search', 'read-file'] as const) {
      const spec = { builtin, folder: join(folder, 'none'), timeoutMs: 1 };
      await expect(create({ x: spec }, { virtual: false })).rejects.toMatchObject({
        code: 'SCENARIO_INVALID',
      });
    }
  });
});

describe('several tools under one name', () => {
  const module: ToolSpec = { module: join(folder, 'tools.ts'), timeoutMs };

  test('have their own names, and the declared one stands for them', async () => {
    const { tools, sets } = await create({ shop: server(['find', 'pay'], 'shop_'), pretend: simulated, mine: module });
    expect([...tools.keys()]).toEqual(['shop_find', 'shop_pay', 'pretend', 'one', 'two']);
    expect(Object.fromEntries(sets)).toEqual({ shop: ['shop_find', 'shop_pay'], mine: ['one', 'two'] });
  });

  test('are a set also if a server has one or none, or one of the same name', async () => {
    const { sets } = await create({ a: server(['x']), b: server([]), c: server(['c']) });
    expect(Object.fromEntries(sets)).toEqual({ a: ['x'], b: [], c: ['c'] });
  });

  test.each<[string, Record<string, ToolSpec>, string, string]>([
    ['two servers', { a: server(['x']), b: server(['x']) }, 'x', 'b'],
    ['a server and a tool, declared later', { a: server(['x']), x: simulated }, 'x', 'a'],
    ['a server and a tool, declared before', { x: simulated, a: server(['x']) }, 'x', 'a'],
    ['a server and the name of another', { a: server(['b']), b: server(['y']) }, 'b', 'a'],
    ['a module and a server', { one: server(['z']), mine: module }, 'one', 'mine'],
  ])('must not have the names of others: %s', async (_, specs, tool, of) => {
    await expect(create(specs)).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
      message: `Cannot use tool "${tool}" of "${of}": there is another of that name; give a server's tools a prefix, or pick others with tools or export`,
    });
    expect(servers.closed.sort()).toEqual(
      Object.keys(specs)
        .filter((name) => 'mcp' in (specs[name] ?? {}))
        .sort(),
    );
  });

  test('a tool from code must not have their names, nor the one that stands for them', async () => {
    for (const name of ['x', 'a']) {
      const extra = [createTool(() => 1, { name })];
      await expect(create({ a: server(['x']) }, { extra })).rejects.toMatchObject({ code: 'USAGE' });
    }
  });
});

describe('what tools hold', () => {
  test('is freed by close, once', async () => {
    const toolbox = await create({ a: server([]), b: server([]), c: simulated });
    expect(servers.closed).toEqual([]);
    await Promise.all([toolbox.close(), toolbox.close()]);
    await toolbox.close();
    expect(servers.closed).toEqual(['a', 'b']);
  });

  test('is freed also if one of them cannot be closed', async () => {
    servers.close = () => Promise.reject(new Error('stuck'));
    const toolbox = await create({ a: server([]), b: server([]) });
    await toolbox.close();
    expect(servers.closed).toEqual(['a', 'b']);
  });

  test('is freed if another tool cannot be made, and the first in the scenario that cannot is named', async () => {
    const bad = (name: string): ToolSpec => ({ builtin: 'search', folder: join(folder, name), timeoutMs });
    await expect(create({ a: server([]), x: bad('none'), y: bad('neither'), b: server([]) })).rejects.toThrow(
      'Cannot make tool "x"',
    );
    expect(servers.closed).toEqual(['a', 'b']);
  });
});

test('tools of the same file or folder share it', async () => {
  const { tools } = await create({
    add: { builtin: 'append-line', file: join(folder, 'shared'), timeoutMs },
    grep: { builtin: 'find-lines', file: join(folder, 'shared'), timeoutMs },
    write: { builtin: 'write-file', folder, timeoutMs },
    read: { builtin: 'read-file', folder, timeoutMs },
  });
  const context = createContext();
  const call = async (name: string, input: object) =>
    (await runToolCall({ id: '1', name, args: input as never }, tools.get(name), context)).content;
  await call('add', { line: 'hello' });
  expect(await call('grep', { text: 'hell' })).toMatchObject({ lines: ['hello'] });
  await call('write', { path: 'rehearsed.txt', text: 'only here' });
  expect(await call('read', { path: 'rehearsed.txt' })).toMatchObject({ text: 'only here' });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { McpToolSpec, SimulatedCall, ToolSpec } from '../../src/protocol.ts';
import { runToolCall } from '../../src/tools/call.ts';
import { createFolder } from '../../src/tools/files/folder.ts';
import { createRehearsedLineFile } from '../../src/tools/line-file.ts';
import * as servers from '../../src/tools/mcp/open-mcp-tools.ts';
import { openTools } from '../../src/tools/open-tools.ts';
import { createContext, createTool } from './tool-context.ts';

const folder = mkdtempSync(join(tmpdir(), 'troupe-open-tools-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const timeoutMs = 1_000;
const simulate: SimulatedCall = { latency: { kind: 'constant', ms: 5 }, result: '{{ params.unit }}', failureRate: 0 };
const module = (text: string): string => {
  const path = join(mkdtempSync(join(folder, 'module-')), 'tools.ts');
  const head = `import { defineTool } from 'troupe';
    const tool = (name, rest) => defineTool({ name, description: '', execute: () => 'real', ...rest });\n`;
  writeFileSync(path, head + text);
  return path;
};
const open = (spec: ToolSpec, virtual = true) =>
  openTools('x', spec, {
    params: { unit: 'ms' },
    virtual,
    lineFile: createRehearsedLineFile,
    folder: createFolder,
    tell: () => undefined,
  });
const call = async (spec: ToolSpec, virtual = true, args = {}) => {
  const { tools } = await open(spec, virtual);
  const [tool] = tools;
  return (await runToolCall({ id: '1', name: tool?.name ?? '', args }, tool, createContext())).content;
};
const refusal = {
  error: expect.stringMatching(/^Cannot call "x" in a rehearsal: it reaches outside; give it simulate: in/),
};
const fetchSpec: ToolSpec = {
  builtin: 'fetch',
  allow: [],
  headers: { authorization: '${NO_SUCH}' },
  maxBytes: 9,
  timeoutMs,
};
const shellSpec: ToolSpec = { builtin: 'shell', folder, allow: ['ls'], env: { KEY: '${NO_SUCH}' }, timeoutMs };
const unsafe = () => module(`export const t = tool('t', { effects: 'once', external: false });`);
const harmless = () => module(`export const t = tool('t', { effects: 'none' });`);

describe('in a rehearsal', () => {
  test.each<[string, () => ToolSpec, object]>([
    ['fetch', () => fetchSpec, { url: 'http://127.0.0.1:1/' }],
    ['shell', () => shellSpec, { command: ['ls'] }],
    ['a module with effects', () => ({ module: unsafe(), timeoutMs }), {}],
  ])('%s refuses calls, and does what simulate says, without what the real thing needs', async (_, spec, args) => {
    expect(await call(spec(), true, args)).toEqual(refusal);
    expect(await call({ ...spec(), simulate }, true, args)).toBe('ms');
  });

  test('a module that changes nothing runs as it is', async () => {
    expect(await call({ module: harmless(), timeoutMs })).toBe('real');
    expect(await call({ module: harmless(), timeoutMs, simulate })).toBe('ms');
    expect(await call({ module: unsafe(), timeoutMs, effects: 'none' })).toBe('real');
  });

  test('a simulated tool has the real description and parameters', async () => {
    const real = await open({ builtin: 'calculate', timeoutMs });
    const { tools } = await open({ builtin: 'calculate', timeoutMs, simulate });
    expect(tools[0]).toMatchObject({
      description: real.tools[0]?.description,
      parameters: real.tools[0]?.parameters,
    });
    expect(await call({ builtin: 'calculate', timeoutMs, simulate }, true, { expression: '1+1' })).toBe('ms');
  });

  test('a simulated tool keeps its terms, one that refuses has none', async () => {
    const terms = { retries: 2, concurrency: 1 } as const;
    expect((await open({ ...fetchSpec, ...terms, simulate })).tools[0]?.terms).toMatchObject({ retries: 2 });
    expect((await open({ ...fetchSpec, ...terms })).tools[0]?.terms).toBeUndefined();
  });

  test('no server is started, and its tools are what the scenario says', async () => {
    const server: McpToolSpec = {
      mcp: { command: join(folder, 'no-such-program'), args: [], env: {}, folder },
      prefix: 'shop_',
      tools: ['find', 'pay'],
      simulated: { find: simulate },
      timeoutMs,
      concurrency: 2,
    };
    const opened = await open(server);
    expect(opened.isSet).toBe(true);
    expect(opened.tools.map(({ name, terms }) => [name, terms?.retries])).toEqual([
      ['shop_find', 0],
      ['shop_pay', 0],
    ]);
    expect(await call(server)).toBe('ms');
    await opened.close?.();
  });
});

describe('live', () => {
  test('simulate is ignored', async () => {
    expect(await call({ module: unsafe(), timeoutMs, simulate }, false)).toBe('real');
    expect(await call({ builtin: 'calculate', timeoutMs, simulate }, false, { expression: '1+1' })).not.toBe('ms');
  });

  test('what the real thing needs has to be there', async () => {
    for (const spec of [fetchSpec, shellSpec]) {
      await expect(open({ ...spec, simulate } as ToolSpec, false)).rejects.toMatchObject({
        code: 'SCENARIO_INVALID',
        message: expect.stringContaining('NO_SUCH is not set'),
      });
    }
  });
});

test('the tools of a module are a set if there are several', async () => {
  const set = await open({ module: module(`export const a = tool('a'); export const b = tool('b');`), timeoutMs });
  expect([set.isSet, set.tools.map(({ name }) => name).sort()]).toEqual([true, ['a', 'b']]);
  expect(await open({ module: harmless(), timeoutMs })).toMatchObject({ isSet: false, tools: [{ name: 'x' }] });
});

test.each<[string, ToolSpec, RegExp]>([
  [
    'retries that may do it twice',
    { builtin: 'append-line', file: join(folder, 'f'), timeoutMs, retries: 1 },
    /be done twice/,
  ],
  ['results of calls that change something', { builtin: 'send', timeoutMs, cacheMs: 1 }, /effects "none"/],
  ['results of one agent for all', { builtin: 'recall', shared: false, timeoutMs, cacheMs: 1 }, /of one agent/],
])('%s are refused, also in a rehearsal', async (_, spec, message) => {
  for (const virtual of [true, false]) {
    await expect(open(spec, virtual)).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
      message: expect.stringMatching(message),
    });
  }
});

test('a server whose terms cannot be kept is closed again', async () => {
  const close = vi.fn(() => Promise.reject(new Error('stuck')));
  const tools = [createTool(() => 1, { effects: 'once' })];
  const opening = vi.spyOn(servers, 'openMcpTools').mockResolvedValue({ tools, close });
  const spec: ToolSpec = { mcp: { url: 'http://127.0.0.1:1', headers: {} }, prefix: '', simulated: {}, timeoutMs };
  await expect(open({ ...spec, retries: 1 }, false)).rejects.toMatchObject({ code: 'SCENARIO_INVALID' });
  expect(close).toHaveBeenCalledOnce();
  expect(await open(spec, false)).toMatchObject({ tools, isSet: true, close });
  opening.mockRestore();
});

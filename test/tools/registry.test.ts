import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ToolSpec } from '../../src/protocol.ts';
import { runToolCall } from '../../src/tools/call.ts';
import { createTools } from '../../src/tools/registry.ts';
import { createContext, createTool } from './tool-context.ts';

const folder = mkdtempSync(join(tmpdir(), 'troupe-registry-'));
writeFileSync(join(folder, 'a.md'), '# Disk\nFull.');
const simulated: ToolSpec = {
  builtin: 'simulated',
  latency: { kind: 'constant', ms: 5 },
  failureRate: 0,
  result: '{{ params.unit }}',
  timeoutMs: 100,
};
const all: Record<string, ToolSpec> = {
  find: { builtin: 'search', folder, timeoutMs: 1_000 },
  host: { builtin: 'metrics', timeoutMs: 1_000 },
  read: { builtin: 'read-file', folder, timeoutMs: 1_000 },
  sum: { builtin: 'calculate', timeoutMs: 1_000 },
  time: { builtin: 'now', timeoutMs: 1_000 },
  tell: { builtin: 'send', timeoutMs: 1_000 },
  pretend: simulated,
};
const args: Record<string, object> = {
  find: { query: 'disk' },
  read: { path: 'a.md' },
  sum: { expression: '1+1' },
  tell: { to: 'a/2', body: 'hi' },
};

describe('createTools', () => {
  test.each([
    true,
    false,
  ])('makes every built-in under its own name, each of which works (virtual: %s)', async (virtual) => {
    const tools = await createTools(all, { params: { unit: 'ms' }, virtual });
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
    const tools = await createTools(
      Object.fromEntries(Object.entries(all).map(([name, spec]) => [name, { ...spec, description: `My ${name}` }])),
      { params: {}, virtual: true },
    );
    expect([...tools.values()].map((tool) => tool.description)).toEqual(Object.keys(all).map((name) => `My ${name}`));
  });

  test('adds tools from code after the declared ones', async () => {
    const extra = createTool(() => 1, { name: 'mine' });
    const tools = await createTools({ pretend: simulated }, { extra: [extra], params: {}, virtual: true });
    expect([...tools.keys()]).toEqual(['pretend', 'mine']);
    expect(tools.get('mine')).toBe(extra);
  });

  test.each([
    ['a declared one', [createTool(() => 1, { name: 'pretend' })]],
    ['another from code', [createTool(() => 1, { name: 'x' }), createTool(() => 2, { name: 'x' })]],
  ])('refuses a tool with the name of %s', async (_, extra) => {
    await expect(createTools({ pretend: simulated }, { extra, params: {}, virtual: true })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^Cannot add tool "(pretend|x)": there is another of that name$/),
    });
  });

  test('names like those every object has are names', async () => {
    const tools = await createTools({ constructor: simulated }, { params: {}, virtual: true });
    expect(tools.get('constructor')?.name).toBe('constructor');
    expect(tools.get('toString')).toBeUndefined();
  });

  test('refuses a folder that does not exist before anything runs', async () => {
    for (const builtin of ['search', 'read-file'] as const) {
      const spec = { builtin, folder: join(folder, 'none'), timeoutMs: 1 };
      await expect(createTools({ x: spec }, { params: {}, virtual: false })).rejects.toMatchObject({
        code: 'SCENARIO_INVALID',
      });
    }
  });
});

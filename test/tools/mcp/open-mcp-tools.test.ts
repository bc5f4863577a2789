import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { TroupeError } from '../../../src/base/errors.ts';
import { MCP_DESCRIPTION_MAX_CHARS } from '../../../src/base/limits.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { openMcpTools } from '../../../src/tools/mcp/open-mcp-tools.ts';
import { createContext } from '../tool-context.ts';
import { createOptions, isAlive, openTools, scriptServer, serverFile, tempFolder, toSpec } from './mcp-setup.ts';

const everything = { command: process.execPath, args: [serverFile('everything')] };

describe('the reference servers', () => {
  test('files: listed, read, and a refusal told', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'a.txt'), 'hello');
    const args = [serverFile('filesystem'), folder];
    const { call, tools, close } = await openTools(toSpec({ command: process.execPath, args }, { prefix: 'fs_' }));
    const effects = Object.fromEntries(tools.map((tool) => [tool.name, tool.effects]));
    expect(effects).toMatchObject({
      fs_read_text_file: 'none',
      fs_write_file: 'idempotent',
      fs_edit_file: 'once',
    });
    const read = tools.find(({ name }) => name === 'fs_read_text_file');
    expect(read).toMatchObject({
      external: true,
      timeoutMs: 20_000,
      parameters: { type: 'object', required: ['path'] },
    });
    expect(read?.description).toContain('Read');
    expect(await call('fs_read_text_file', { path: join(folder, 'a.txt') })).toEqual({ content: 'hello' });
    await call('fs_write_file', { path: join(folder, 'b.txt'), content: 'written' });
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('written');
    await expect(call('fs_read_text_file', { path: '/etc/passwd' })).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringMatching(/^Tool "fs_read_text_file" failed: .*denied/),
    });
    await close();
  });

  test('memory: what one call writes the next one reads, and the environment is filled in', async () => {
    const file = join(tempFolder(), 'memory.jsonl');
    vi.stubEnv('MCP_TEST_MEMORY_FILE', file);
    const env = { MEMORY_FILE_PATH: `\${MCP_TEST_MEMORY_FILE}` };
    const server = { command: process.execPath, args: [serverFile('memory')], env };
    const { call } = await openTools(toSpec(server, { tools: ['create_entities', 'read_graph'] }));
    vi.unstubAllEnvs();
    const entity = { name: 'a', entityType: 'letter', observations: ['first'] };
    await call('create_entities', { entities: [entity] });
    expect(await call('read_graph')).toMatchObject({ entities: [entity] });
    expect(readFileSync(file, 'utf8')).toContain('first');
  });

  test('everything: 50 calls at once go through one process', async () => {
    const { call, tools, logged } = await openTools(toSpec(everything));
    const sums = await Promise.all(Array.from({ length: 50 }, (_, a) => call('get-sum', { a, b: 1 })));
    expect(sums).toEqual(Array.from({ length: 50 }, (_, a) => `The sum of ${a} and 1 is ${a + 1}.`));
    // Every process says so once at its start.
    expect(logged().filter((text) => text.includes('Starting'))).toHaveLength(1);
    const results = await Promise.all(
      ['get-tiny-image', 'get-structured-content'].map((name) => call(name, { location: 'New York' })),
    );
    expect(results).toMatchObject([
      ["Here's the image you requested:", { type: 'image', bytes: 4033 }, expect.any(String)],
      { temperature: 33 },
    ]);
    const env = JSON.parse(String(await call('get-env'))) as Record<string, string>;
    expect(Object.keys(env)).toContain('PATH');
    expect(Object.keys(env)).not.toContain('VITEST');
    expect(new Set(tools.map(({ effects }) => effects))).toEqual(new Set(['none', 'idempotent', 'once']));
  });

  test('everything: a missed deadline cancels the call on the server, which goes on serving', async () => {
    const { tools, call } = await openTools(toSpec(everything, { timeoutMs: 100 }));
    const clock = createRealClock();
    const result = await runToolCall(
      { id: '1', name: 'trigger-long-running-operation', args: { duration: 60, steps: 2 } },
      tools.find(({ name }) => name === 'trigger-long-running-operation'),
      createContext({ clock }),
    );
    expect(result).toMatchObject({ isError: true, content: { error: expect.stringContaining('within 100 ms') } });
    expect(await call('echo', { message: 'still here' })).toBe('Echo: still here');
    clock.stop();
  });
});

describe('which tools', () => {
  test('those that are named, in this order', async () => {
    const { names } = await openTools(toSpec(everything, { tools: ['get-sum', 'echo'], prefix: 'e_' }));
    expect(names).toEqual(['e_get-sum', 'e_echo']);
  });

  test('one that is missing is named, with those that there are', async () => {
    await expect(
      openTools(toSpec(scriptServer('read() {}, write() {}'), { tools: ['read', 'list'] })),
    ).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
      message: 'Cannot use the tools "server": its server has no "list"; it has read, write',
    });
  });

  test('all pages of a list are read; one without end is refused', async () => {
    const pages =
      'list = ({ cursor = 0 } = {}) => ({ tools: [{ name: "t" + cursor, inputSchema: { type: "object" } }], ...(cursor < LAST && { nextCursor: String(Number(cursor) + 1) }) });';
    const { names } = await openTools(toSpec(scriptServer('', pages.replace('LAST', '4'))));
    expect(names).toEqual(['t0', 't1', 't2', 't3', 't4']);
    await expect(openTools(toSpec(scriptServer('', pages.replace('LAST', 'Infinity'))))).rejects.toThrow(
      'more than 100 pages',
    );
    const many =
      'list = () => ({ tools: Array.from({ length: 1001 }, (_, i) => ({ name: "t" + i, inputSchema: { type: "object" } })) });';
    await expect(openTools(toSpec(scriptServer('', many)))).rejects.toThrow('it lists more than 1000 tools');
  });

  test('names are mapped, and two that would be the same are refused', async () => {
    const { call, names } = await openTools(toSpec(scriptServer('"a.b": (m) => answer(m, m.params.name)')));
    expect(names).toEqual(['a_b']);
    expect(await call('a_b')).toBe('a.b');
    await expect(openTools(toSpec(scriptServer('"a.b"() {}, "a_b"() {}')))).rejects.toMatchObject({
      code: 'SCENARIO_INVALID',
    });
  });

  test('descriptions are bounded; absent ones are made', async () => {
    const list = `list = () => ({ tools: [
      { name: "long", description: "x".repeat(10_000), inputSchema: { type: "object" } },
      { name: "none", inputSchema: { type: "object" } },
    ] });`;
    const { tools } = await openTools(toSpec(scriptServer('', list)));
    expect(tools[0]?.description).toHaveLength(MCP_DESCRIPTION_MAX_CHARS);
    expect(tools[1]?.description).toBe('Tool "none" of the server "server".');
    expect((await openTools(toSpec(scriptServer('', list), { description: 'Does it.' }))).tools[1]?.description).toBe(
      'Does it.',
    );
  });

  test("the scenario's effects come before the server's", async () => {
    const { tools } = await openTools(toSpec(everything, { effects: 'once', tools: ['echo'] }));
    expect(tools[0]?.effects).toBe('once');
  });
});

describe('a server that cannot be started', () => {
  const fails = async (spec: ReturnType<typeof toSpec>): Promise<TroupeError> => {
    const error = await openTools(spec, 'files').then(
      () => expect.unreachable(),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TroupeError);
    expect(error).toMatchObject({ code: 'SCENARIO_INVALID' });
    return error as TroupeError;
  };

  test('no such program', async () => {
    expect((await fails(toSpec({ command: '/no/such/program' }))).message).toBe(
      'Cannot start the tools "files": the program "/no/such/program" cannot be started (ENOENT) (server: /no/such/program)',
    );
  });

  test('one that exits says why, with the last it wrote', async () => {
    const extra = 'for (let i = 0; i < 30; i++) console.error("line " + i); process.exit(3);';
    const { message } = await fails(toSpec(scriptServer('', extra)));
    expect(message).toContain('Cannot start the tools "files": it ended with exit code 3');
    expect(message).toContain('the last it said:\n  line 20\n');
    expect(message.endsWith('\n  line 29')).toBe(true);
    expect(message).not.toContain('line 19\n');
  });

  test('no such folder, no such variable', async () => {
    expect((await fails(toSpec({ ...everything, folder: '/no/such/folder' }))).message).toContain('"/no/such/folder"');
    const env = { A: `\${MCP_TEST_NOT_SET}` };
    expect((await fails(toSpec({ ...everything, env }))).message).toContain('MCP_TEST_NOT_SET is not set');
  });

  test('one that speaks no version that we know, or no protocol', async () => {
    const version =
      'initialize = (id) => send({ id, result: { protocolVersion: "1900-01-01", capabilities: {}, serverInfo: { name: "s", version: "1" } } });';
    expect((await fails(toSpec(scriptServer('', version)))).message).toContain('1900-01-01');
    const refuses = 'initialize = (id) => send({ id, error: { code: -32000, message: "not today" } });';
    expect((await fails(toSpec(scriptServer('', refuses)))).message).toContain('not today');
  });

  test('nothing is left of it', async () => {
    const pidFile = join(tempFolder(), 'pid');
    const extra = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`;
    await fails(toSpec(scriptServer('read() {}', extra), { tools: ['missing'] }));
    expect(isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
  });

  test('the environment is not in the error', async () => {
    const env = { SECRET: 'a-secret-value' };
    const error = await fails(toSpec({ command: '/no/such/program', env }));
    expect(JSON.stringify(error) + error.message + error.stack).not.toContain('a-secret-value');
  });
});

test('in a rehearsal nothing is started', async () => {
  const { options } = createOptions(true);
  const spec = toSpec(
    { command: '/no/such/program' },
    { simulated: { read: { latency: { kind: 'constant', ms: 1 }, result: 1, failureRate: 0 } } },
  );
  const { tools, close } = await openMcpTools('files', spec, options);
  expect(tools.map(({ name }) => name)).toEqual(['read']);
  await close();
});

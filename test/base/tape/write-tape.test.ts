import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { writeTape } from '../../../src/base/tape/write-tape.ts';
import type { TapedModelCall, TapedToolCall } from '../../../src/base/tape.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { HEADER, requestOf, said, user } from './requests.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const linesOf = (path: string): any[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const decision = {
  reply: 'Yes.',
  toolCalls: [],
  final: true,
  usage: { inputTokens: 1, outputTokens: 1 },
  serviceMs: 1,
};
const modelCall = (more: Partial<TapedModelCall>): TapedModelCall => ({
  agent: 'a/0',
  call: '1/model',
  model: 'm',
  ms: 5,
  request: [],
  outcome: { decision },
  ...more,
});
const toolCall = (more: Partial<TapedToolCall>): TapedToolCall => ({
  agent: 'a/0',
  call: '1/1',
  tool: 'search',
  ms: 3,
  args: { q: 'disk' },
  result: { isError: false, content: { found: 1 }, serviceMs: 3 },
  acts: [],
  ...more,
});

test('a tape begins with its run, and has a line for each call', () => {
  const path = join(temporaryFolder(), 'run.jsonl');
  const tape = writeTape(path);
  tape.begin(HEADER);
  tape.model(modelCall({ request: tape.describe(requestOf([user('Go')])) }));
  tape.tool(toolCall({ acts: [{ at: 1, log: 'well' }], cutShort: true }));
  tape.model(modelCall({ call: '2/model', outcome: { error: { code: 'MODEL_FAILED', message: 'no' } } }));
  tape.close();
  tape.close();
  const [header, first, tool, failed] = linesOf(path);
  expect(header).toEqual({ tape: 2, ...HEADER });
  expect(first).toMatchObject({ model: 'm', agent: 'a/0', call: '1/model', ms: 5, same: 0, decision });
  expect(first.new).toHaveLength(4);
  expect(tool).toEqual({ ...toolCall({}), acts: [{ at: 1, log: 'well' }], cutShort: true });
  expect(failed).toMatchObject({ call: '2/model', same: 0, new: [], error: { code: 'MODEL_FAILED', message: 'no' } });
});

test('of a conversation only what is new is written, for each agent by itself', () => {
  const path = join(temporaryFolder(), 'run.jsonl');
  const tape = writeTape(path);
  const messages = [user('Go'), said('Yes.'), user('And?')];
  for (const [agent, length] of [
    ['a/0', 1],
    ['a/1', 1],
    ['a/0', 3],
    ['a/0', 3],
  ] as const) {
    tape.model(modelCall({ agent, request: tape.describe(requestOf(messages.slice(0, length))) }));
  }
  tape.model(modelCall({ request: tape.describe(requestOf(messages.slice(1))) }));
  tape.close();
  expect(linesOf(path).map((line) => [line.same, line.new.length])).toEqual([
    [0, 4],
    [0, 4],
    [4, 2],
    [6, 0],
    [3, 2],
  ]);
});

test('secrets are taken out', () => {
  vi.stubEnv('MY_API_KEY', 'sk-1234567890');
  const path = join(temporaryFolder(), 'run.jsonl');
  const tape = writeTape(path);
  tape.begin(HEADER);
  tape.model(
    modelCall({
      request: tape.describe(requestOf([user(`${'x'.repeat(112)} sk-1234567890`)])),
      outcome: { decision: { ...decision, reply: 'The key is sk-1234567890.' } },
    }),
  );
  tape.tool(
    toolCall({ args: { password: 'abc' }, result: { isError: false, content: 'sk-1234567890', serviceMs: 0 } }),
  );
  tape.close();
  const text = readFileSync(path, 'utf8');
  expect(text).not.toMatch(/sk-12|abc/);
  expect(text.match(/\[redacted\]/g)!.length).toBeGreaterThanOrEqual(3);
});

test('lines are written at the end of the turn of the event loop, and when there are many', async () => {
  const path = join(temporaryFolder(), 'run.jsonl');
  const tape = writeTape(path);
  tape.begin(HEADER);
  expect(readFileSync(path, 'utf8')).toBe('');
  await vi.waitFor(() => expect(linesOf(path)).toHaveLength(1));
  const content = 'x'.repeat(600_000);
  for (let count = 0; count < 2; count++) tape.tool(toolCall({ result: { isError: false, content, serviceMs: 0 } }));
  expect(linesOf(path)).toHaveLength(3);
  tape.close();
});

test('a process that exits without closing it leaves it whole', () => {
  const path = join(temporaryFolder(), 'run.jsonl');
  const source = join(import.meta.dirname, '../../../src/base/tape/write-tape.ts');
  const script = `
    import { createJiti } from 'jiti';
    const { writeTape } = await createJiti(${JSON.stringify(source)}).import(${JSON.stringify(source)});
    const tape = writeTape(${JSON.stringify(path)});
    tape.begin({ scenario: 's', seed: 1, tools: {}, sets: {} });
    process.exit(0);`;
  const root = join(import.meta.dirname, '../../..');
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', cwd: root });
  expect(child.stderr).toBe('');
  expect(linesOf(path)).toHaveLength(1);
});

test('a path that cannot be written to is refused at once', () => {
  const path = join(temporaryFolder(), 'none', 'run.jsonl');
  expect(() => writeTape(path)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(`Cannot write "${path}": ENOENT`) }),
  );
  const folder = join(temporaryFolder(), 'folder');
  mkdirSync(folder);
  expect(() => writeTape(folder)).toThrow(`Cannot write "${folder}": EISDIR`);
});

test('what cannot be written as JSON is told at the end, and what came before is there', () => {
  const path = join(temporaryFolder(), 'run.jsonl');
  const tape = writeTape(path);
  tape.begin(HEADER);
  const round: Record<string, never> = {};
  Object.assign(round, { round });
  tape.tool(toolCall({ args: round }));
  expect(() => tape.close()).toThrow(`Cannot write "${path}": Converting circular structure`);
  expect(linesOf(path)).toHaveLength(1);
});

test.skipIf(process.platform !== 'linux')('what cannot be written is told at the end, and costs nobody the run', () => {
  const tape = writeTape('/dev/full');
  tape.begin(HEADER);
  for (let count = 0; count < 3; count++) tape.tool(toolCall({ args: { q: 'x'.repeat(600_000) } }));
  expect(() => tape.close()).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('Cannot write "/dev/full": ENOSPC') }),
  );
  tape.close();
});

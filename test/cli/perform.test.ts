import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type PerformOptions, perform } from '../../src/cli/perform.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { exampleScenario } from './example.ts';

function example(changes: object = {}) {
  const memory = { store: 'in-memory' };
  const text = JSON.stringify(exampleScenario({ memory, ...changes }));
  return parseScenario(text, { name: 'example', folder: '/' });
}

const plain: PerformOptions = { data: 'unused', set: [], logLevel: 'silent', monitor: 'off' };

async function rehearse(changes: object, options: Partial<PerformOptions> = {}) {
  const all: PerformOptions = { ...plain, ...options };
  const { result, ...text } = await captured(() => perform(example(changes), all, { virtual: true }));
  return { ...result, ...text };
}

const failing = { models: { clerk: { rules: [{ fail: 'no credit' }] } } };
const stalling = { agents: { clerk: { count: 1, model: 'clerk', tools: ['lookup'], observe: { inbox: true } } } };

test.each([
  ['done and expectations met', {}, 0],
  ['an expectation not met', { expect: ['turns == 1'] }, 1],
  ['agents failed', { ...failing, expect: [] }, 1],
  ['agents failed, as expected', { ...failing, expect: ['agents.failed == 3'] }, 0],
  ['agents failed, and only another expectation met', { ...failing, expect: ['turns == 3'] }, 1],
  ['stalled', { ...stalling, expect: [] }, 1],
  ['stalled, as expected', { ...stalling, expect: ["status == 'stalled'"] }, 0],
])('%s gives the exit status', async (_, changes, status) => {
  expect((await rehearse(changes)).status).toBe(status);
});

test('the report goes to standard output, and nothing else', async () => {
  const { stdout, stderr } = await rehearse({});
  expect(stdout).toMatch(/^example {2}done /);
  expect(stderr).toBe('');
});

test('with JSON the summary is one line on standard output, the report on standard error', async () => {
  const { stdout, stderr, summary } = await rehearse({}, { json: true });
  expect(stdout).toBe(`${JSON.stringify(summary)}\n`);
  expect(stderr).toMatch(/^example {2}done /);
});

test('a quiet run says nothing at all', async () => {
  const { stdout, stderr } = await captured(() => perform(example(), plain, { virtual: true, quiet: true }));
  expect([stdout, stderr]).toEqual(['', '']);
});

test('events and results are written a line each', async () => {
  const folder = temporaryFolder();
  const [events, out] = [join(folder, 'events.jsonl'), join(folder, 'out.jsonl')];
  const { summary } = await rehearse({}, { events, out });
  const read = (path: string) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const lines = read(events);
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
  expect(lines.at(-1)).toMatchObject({ type: 'run.finished', status: 'done' });
  expect(read(out)).toHaveLength(summary.replies);
  expect(read(out)[0]).toEqual({
    agent: 'clerk/0',
    status: 'done',
    turn: 2,
    atMs: expect.any(Number),
    observation: 'Look it up.',
    reply: 'Order 0 is paid.',
  });
});

test('a file that cannot be written is refused before anything starts', async () => {
  const folder = temporaryFolder();
  const events = join(folder, 'events.jsonl');
  await expect(rehearse({}, { events, out: folder })).rejects.toMatchObject({ code: 'USAGE' });
  expect(readFileSync(events, 'utf8')).toBe('');
});

test('nothing listens for interrupts when it has ended, however it ended', async () => {
  const before = process.listenerCount('SIGINT');
  await rehearse({});
  await expect(rehearse({ memory: {} }, { data: '/dev/null' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(process.listenerCount('SIGINT')).toBe(before);
});

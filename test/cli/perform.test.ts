import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type PerformOptions, perform } from '../../src/cli/perform.ts';
import { startRun } from '../../src/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { exampleScenario } from './example.ts';
import { peopleScenario } from './people-scenario.ts';

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

describe('calls that wait for a person', () => {
  const live = (changes: object) => {
    const text = JSON.stringify(peopleScenario({ memory: { store: 'in-memory' }, ...changes }));
    return captured(() => perform(parseScenario(text, { name: 'people', folder: '/' }), plain, {}));
  };

  test('end a live run without a way to answer; it says how many there are, and where', async () => {
    const { result, stderr } = await live({});
    expect([result.status, result.summary.status]).toEqual([130, 'interrupted']);
    const { run } = result.summary;
    expect(stderr).toContain(`4 calls wait for a person. See and answer: troupe inbox ${run} --data unused\n`);
    expect(stderr).toContain(`Go on with: troupe resume ${run} --data unused`);
    expect(stderr.match(/A call waits for a person\. The run does what else there is to do/g)).toHaveLength(1);
  });

  test('let it go on until their deadlines', async () => {
    const approval = { deadline: '50ms', otherwise: 'approve' };
    const { pay, person } = (peopleScenario() as { tools: Record<string, object> }).tools;
    const tools = { pay: { ...pay, approval }, person: { ...person, deadline: '100ms', otherwise: 'Nobody.' } };
    const { result } = await live({ tools });
    expect([result.status, result.summary.status]).toEqual([0, 'done']);
  });

  test('of a rehearsal in which nobody answers let it stall, and say for what', async () => {
    const events: string[] = [];
    const text = JSON.stringify(peopleScenario({ memory: { store: 'in-memory' } }));
    const run = await startRun(parseScenario(text, { name: 'people', folder: '/' }), {
      virtual: true,
      onEvent: (event) =>
        event.type === 'run.stalled' && events.push(...event.waiting.map((one) => `${one.agent}: ${one.for}`)),
    });
    expect((await run.finished).status).toBe('stalled');
    expect(events).toEqual([
      'clerk/0: the approval of pay (call 1/1)',
      'clerk/0: the answer to its question (call 1/2)',
      'clerk/1: the approval of pay (call 1/1)',
      'clerk/1: the answer to its question (call 1/2)',
    ]);
  });
});

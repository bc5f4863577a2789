import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgress, toQueueLine } from '../../src/cli/progress.ts';
import { History } from '../../src/monitor/history/history.ts';
import type { ModelView, RunFact } from '../../src/protocol.ts';
import { captured } from './captured.ts';

const isTTY = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');

function onTerminal(value: boolean): void {
  Object.defineProperty(process.stderr, 'isTTY', { value, configurable: true });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
  onTerminal(false);
});

afterEach(() => {
  vi.useRealTimers();
  if (isTTY === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
  else Object.defineProperty(process.stderr, 'isTTY', isTTY);
});

const models: readonly ModelView[] = [];

async function progressOf(...facts: RunFact[]) {
  return progressWith(0, ...facts);
}

/** @param waiting Calls that wait for a person. */
async function progressWith(waiting: number, ...facts: RunFact[]) {
  const progress = await createProgress('example');
  const history = new History(Array.from({ length: 1_200 }, (_, i) => ({ id: `a/${i}` })));
  const take = (fact: RunFact) => history.append({ seq: history.last + 1, at: 0, ...fact });
  for (const fact of facts) take(fact);
  progress.follow(
    history,
    () => models,
    () => waiting,
  );
  return { progress, take };
}

const started: RunFact = {
  type: 'run.started',
  run: 'r',
  scenario: 'example',
  seed: 1,
  virtual: false,
  agents: 1_200,
  startedAt: '',
};
const observed = (agent: string): RunFact => ({
  type: 'agent.observed',
  agent,
  turn: 1,
  observation: { kind: 'observation', text: 'x' },
});
const finished = (isError: boolean): RunFact => ({
  type: 'tool.finished',
  agent: 'a/0',
  turn: 1,
  durationMs: 1,
  result: { callId: 'c', name: 't', isError, content: null, serviceMs: 1 },
});

test('elsewhere than on a terminal it is a line every 5 s', async () => {
  const { stdout, stderr } = await captured(async () => {
    const { progress } = await progressOf(started, observed('a/0'), observed('a/1'), finished(false), finished(true));
    vi.advanceTimersByTime(10_500);
    progress.stop();
    vi.advanceTimersByTime(20_000);
  });
  expect(stdout).toBe('');
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^example {2}5\.00 s {2}unstarted 1,198 {2}observe 0 {2}decide 2 .* of 1,200 {2}turns 2, 0\/s {2}tool calls 2, failed 1 /,
  );
});

test('the rate is of the turns since it was last taken', async () => {
  const { stderr } = await captured(async () => {
    const { progress, take } = await progressOf(started);
    vi.advanceTimersByTime(5_000);
    for (let i = 0; i < 50; i++) take(observed(`a/${i}`));
    vi.advanceTimersByTime(10_000);
    progress.stop();
  });
  expect(stderr.match(/turns \d+, \d+\/s/g)).toEqual(['turns 0, 0/s', 'turns 50, 10/s', 'turns 50, 0/s']);
});

test('on a terminal it is drawn anew every 100 ms, and leaves nothing behind', async () => {
  onTerminal(true);
  const { stderr } = await captured(async () => {
    const { progress } = await progressOf(started);
    vi.advanceTimersByTime(350);
    progress.stop();
    vi.advanceTimersByTime(1_000);
  });
  expect(stripVTControlCharacters(stderr).match(/of 1,200/g)).toHaveLength(3);
});

test('a line of its own is said at once', async () => {
  const { stderr } = await captured(async () => {
    const { progress } = await progressOf(started);
    progress.say('Interrupted.');
    progress.stop();
  });
  expect(stderr).toBe('Interrupted.\n');
});

test('a disk that cannot be written is told while it cannot', async () => {
  const error = { code: 'STORE_FAILED', message: 'Cannot write to ".troupe": the disk is full' };
  const { stderr } = await captured(async () => {
    const { progress, take } = await progressOf(started, { type: 'store.degraded', error });
    vi.advanceTimersByTime(5_000);
    take({ type: 'store.recovered', downMs: 5_000, writes: 7 });
    vi.advanceTimersByTime(5_000);
    progress.stop();
  });
  const [during, after] = stderr.trimEnd().split('\n');
  expect(during).toContain('no call begins until memory can be written: Cannot write to ".troupe": the disk is full');
  expect(after).not.toContain('memory');
});

test('a model that lets agents wait is told, with how many, how long and why', () => {
  const view: ModelView = {
    name: 'writer',
    inFlight: 3,
    waiting: 497,
    calls: 1_000,
    retries: 2,
    throttled: 5,
    waitMs: { p50: 1_500, p99: 9_000, max: 9_999 },
    state: 'open',
  };
  expect(toQueueLine(view)).toEqual(['model writer  3 in flight, 497 waiting, wait p50 1.50 s']);
  expect(toQueueLine({ ...view, state: 'paused', retryInMs: 700, learnedRpm: 3_600 })).toEqual([
    'model writer  has no capacity, again in 700 ms  3 in flight, 497 waiting, wait p50 1.50 s  takes about 3,600/min',
  ]);
  expect(toQueueLine({ ...view, waiting: 0, state: 'tripped', retryInMs: 5_000 })[0]).toContain('keeps failing');
  expect(toQueueLine({ ...view, waiting: 0 })).toEqual([]);
});

test('calls that wait for a person are told', async () => {
  const { stderr } = await captured(async () => {
    const { progress } = await progressWith(3, started);
    vi.advanceTimersByTime(5_000);
    progress.stop();
  });
  expect(stderr).toContain('3 calls wait for a person\n');
});

test('what is typed is shown at once on a terminal, below everything else, and nowhere else', async () => {
  const typing = async () => {
    const { progress } = await progressOf(started);
    progress.type('approve a');
    progress.type('approve al');
    const shown = vi.mocked(process.stderr.write).mock.calls.map(String).join('');
    progress.type(undefined);
    progress.stop();
    progress.type('late');
    return stripVTControlCharacters(shown);
  };
  onTerminal(true);
  const { result, stderr } = await captured(typing);
  expect(result).toMatch(/of 1,200[\s\S]*\n> approve a\n[\s\S]*> approve al\n$/);
  expect(stderr).not.toContain('late');
  onTerminal(false);
  expect((await captured(typing)).stderr).toBe('');
});

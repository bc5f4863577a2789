import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';
import { History } from '../../src/monitor/history/history.ts';
import type { RunFact } from '../../src/protocol.ts';
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

async function progressOf(...facts: RunFact[]) {
  const progress = await createProgress('example');
  const history = new History(Array.from({ length: 1_200 }, (_, i) => ({ id: `a/${i}` })));
  const take = (fact: RunFact) => history.append({ seq: history.last + 1, at: 0, ...fact });
  for (const fact of facts) take(fact);
  progress.follow(history);
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

import { expect, test } from 'vitest';
import { planRetention, type SizedRun } from '../../src/memory/plan-retention.ts';
import type { RunStatus } from '../../src/protocol.ts';
import { runOf } from './records.ts';

const NOW = Date.parse('2026-01-31T00:00:00.000Z');

/** Newest first: `0` is of today, `1` of yesterday, and so on; of a megabyte each unless it says otherwise. */
function runsOf(...statuses: (RunStatus | [RunStatus, number])[]): SizedRun[] {
  return statuses.map((entry, daysAgo) => {
    const [status, megabytes] = typeof entry === 'string' ? [entry, 1] : entry;
    const run = runOf(String(daysAgo), new Date(NOW - daysAgo * 86_400_000).toISOString());
    return { run: { ...run, status }, bytes: megabytes * 1e6 };
  });
}

const gone = (...args: [SizedRun[], Parameters<typeof planRetention>[1], object?]) =>
  planRetention(args[0], args[1], { now: NOW, ...args[2] }).map(({ run }) => run.id);

const five = runsOf('done', 'failed', 'done', 'stalled', 'done');

test.each([
  [{}, []],
  [{ runs: 5 }, []],
  [{ runs: 2 }, ['2', '3', '4']],
  [{ runs: 0 }, ['0', '1', '2', '3', '4']],
  [{ days: 2 }, ['3', '4']],
  [{ days: 0.5 }, ['1', '2', '3', '4']],
  [{ bytes: 3e6 }, ['3', '4']],
  [{ bytes: 10 }, ['0', '1', '2', '3', '4']],
  [{ runs: 4, days: 2.5, bytes: 2e6 }, ['2', '3', '4']],
])('of five runs %j removes %j', (keep, expected) => {
  expect(gone(five, keep)).toEqual(expected);
});

test('the run that is spared stays, and counts', () => {
  expect(gone(five, { runs: 1 }, { spare: '0' })).toEqual(['1', '2', '3', '4']);
  expect(gone(five, { bytes: 10 }, { spare: '0' })).toEqual(['1', '2', '3', '4']);
  expect(gone(five, { runs: 1 }, { spare: '4' })).toEqual(['1', '2', '3']);
});

test('runs that can be resumed stay, unless all may go', () => {
  const runs = runsOf('done', 'interrupted', 'done', 'running', 'done');
  expect(gone(runs, { runs: 1 })).toEqual(['2', '4']);
  expect(gone(runs, { runs: 1 }, { all: true })).toEqual(['1', '2', '3', '4']);
});

test('what stays because it must takes the place of others', () => {
  const runs = runsOf('interrupted', 'done', 'done');
  expect(gone(runs, { runs: 2 })).toEqual(['2']);
  expect(gone(runsOf(['interrupted', 3], 'done'), { bytes: 3e6 })).toEqual(['1']);
});

test('small runs do not slip through behind one that is too large', () => {
  expect(gone(runsOf('done', ['done', 9], 'done'), { bytes: 5e6 })).toEqual(['1', '2']);
});

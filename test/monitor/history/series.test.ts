import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History } from '../../../src/monitor/history/history.ts';
import { CHUNK_ROWS } from '../../../src/monitor/history/rows.ts';
import { BUCKETS_MAX, Series } from '../../../src/monitor/history/series.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { anyEvents, appendMany, factOf, specsOf } from '../recorded.ts';

const specs = specsOf(3);
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

function follow(events: readonly RunEvent[]) {
  const history = new History(specs);
  for (const event of events) history.append(event);
  const fold = history.start();
  const series = new Series(fold);
  history.advance(fold);
  return { history, fold, series };
}

const observed = (at: number) => ({ seq: 1, at, ...factOf('agent.observed', 'a/0', 1) }) as RunEvent;
const COUNTED = ['turns', 'replies', 'modelCalls', 'toolCalls', 'failures'] as const;

describe('buckets', () => {
  test('an event at a border belongs to the bucket that begins there', () => {
    const { series } = follow([observed(0), observed(99.9), observed(100), observed(250)]);
    expect(series.widthMs).toBe(100);
    expect(series.length).toBe(3);
    expect(series.read(0).turns).toEqual([2, 1, 1]);
    expect(series.read(1).turns).toEqual([1, 1]);
    expect(series.read(3).turns).toEqual([]);
  });

  test('states are those at the end of the bucket', () => {
    const { series } = follow([
      { seq: 1, at: 0, ...factOf('agent.started', 'a/0') } as RunEvent,
      observed(50),
      { seq: 3, at: 120, ...factOf('agent.ended', 'a/0', 0) } as RunEvent,
    ]);
    const { states } = series.read(0);
    expect([states.unstarted, states.decide, states.done]).toEqual([
      [2, 2],
      [1, 0],
      [0, 1],
    ]);
  });

  test('time that passes without events makes buckets of its own', () => {
    const { series } = follow([observed(10)]);
    series.reach(450);
    expect(series.read(0).turns).toEqual([1, 0, 0, 0, 0]);
    series.reach(100);
    expect(series.length).toBe(5);
  });

  test('a jump of days stays within 600 of them, a power of two wide, and loses nothing', () => {
    const { series } = follow([observed(10), observed(59_999), observed(60_000), observed(3 * 86_400_000)]);
    expect(series.length).toBeLessThanOrEqual(BUCKETS_MAX);
    expect(Math.log2(series.widthMs / 100) % 1).toBe(0);
    expect(series.widthMs * BUCKETS_MAX).toBeGreaterThan(3 * 86_400_000);
    const { turns } = series.read(0);
    expect([turns[0], turns.at(-1), sum(turns)]).toEqual([3, 1, 4]);
  });

  test('agree with the totals, and with the states, before and after they have become wider', () => {
    fc.assert(
      fc.property(anyEvents(['a/0', 'a/1', 'a/2']), fc.constantFrom(0, 1, 50_000, 500_000), (events, idleMs) => {
        const { history, fold, series } = follow(events);
        series.reach(history.at + idleMs);
        const buckets = series.read(0);
        expect(series.length).toBeLessThanOrEqual(BUCKETS_MAX);
        for (const key of COUNTED) {
          expect(buckets[key]).toHaveLength(series.length);
          expect(sum(buckets[key])).toBe(fold.totals[key]);
          expect(Math.min(...buckets[key])).toBeGreaterThanOrEqual(0);
        }
        for (let bucket = 0; bucket < series.length; bucket++) {
          expect(sum(Object.values(buckets.states).map((column) => column[bucket]!))).toBe(specs.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('do not depend on how often the fold was brought up to date', () => {
    fc.assert(
      fc.property(anyEvents(['a/0', 'a/1', 'a/2']), (events) => {
        const history = new History(specs);
        const fold = history.start();
        const series = new Series(fold);
        for (const event of events) {
          history.append(event);
          history.advance(fold);
          series.reach(history.at);
        }
        expect(series.read(0)).toEqual(follow(events).series.read(0));
      }),
      { numRuns: 60 },
    );
  });

  test('up to a moment are the same as if nothing had followed', () => {
    fc.assert(
      fc.property(anyEvents(['a/0', 'a/1', 'a/2'], 40), fc.nat({ max: 20_000 }), (events, at) => {
        const all = follow(events);
        const past = follow(events.filter((event) => event.at <= at));
        past.series.reach(Math.min(at, all.history.at));
        expect(all.series.read(0, past.fold, at)).toEqual(past.series.read(0));
      }),
      { numRuns: 60 },
    );
  });
});

test('what had been dropped before it began is in no bucket', () => {
  const history = new History(specs, undefined, 1);
  appendMany(history, CHUNK_ROWS + 3, factOf('agent.observed', 'a/0', 1), 0.001);
  const fold = history.start();
  const series = new Series(fold);
  history.advance(fold);
  expect(fold.totals.turns).toBe(CHUNK_ROWS + 3);
  expect(sum(series.read(0).turns)).toBe(3);
});

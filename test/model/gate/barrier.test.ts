import { describe, expect, test } from 'vitest';
import { RETRY_AFTER_MAX_MS, THROTTLE_MAX_MS, TRIP_FAILURES, TRIP_MAX_MS, TRIP_MS } from '../../../src/base/limits.ts';
import type { Random } from '../../../src/base/random.ts';
import { createRandom } from '../../../src/base/random.ts';
import { Barrier } from '../../../src/model/gate/barrier.ts';

/** Always the longest pause. */
const random: Random = { ...createRandom(1), next: () => 1 };

function refuse(barrier: Barrier, attempt: number, now: number, retryAfterMs?: number, mayTrust = true) {
  return barrier.refused(attempt, { retryAfterMs, mayTrust, random, now });
}

/** A barrier before a provider that has gone out at 0, with so many tries in flight. */
function tripped(inFlight = TRIP_FAILURES) {
  const barrier = new Barrier();
  for (let attempt = 1; attempt <= inFlight; attempt++) barrier.began(attempt);
  const outcomes = Array.from({ length: inFlight }, (_, index) => barrier.failed(index + 1, 0));
  return { barrier, outcomes };
}

describe('a refusal', () => {
  test('closes for as long as the provider asks', () => {
    const barrier = new Barrier();
    expect(barrier.opensAt).toBe(Number.NEGATIVE_INFINITY);
    barrier.began(1);
    refuse(barrier, 1, 100, 2_000);
    expect([barrier.opensAt, barrier.closedMs(600), barrier.closedMs(3_000)]).toEqual([2_100, 1_500, 0]);
  });

  test('but not for longer than anybody can wait', () => {
    const barrier = new Barrier();
    barrier.began(1);
    refuse(barrier, 1, 0, 1e9);
    expect(barrier.opensAt).toBe(RETRY_AFTER_MAX_MS);
  });

  test('that says nothing closes for longer each time, and one finds out', () => {
    const barrier = new Barrier();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 14; attempt++) {
      const now = attempt === 1 ? 0 : barrier.opensAt;
      barrier.began(attempt);
      // The first pause is trusted to be long enough.
      expect(barrier.opensAt === Number.POSITIVE_INFINITY).toBe(attempt > 2);
      refuse(barrier, attempt, Math.max(0, now));
      pauses.push(barrier.closedMs(Math.max(0, now)));
    }
    expect(pauses.slice(0, 4)).toEqual([500, 750, 1_125, 1_687.5]);
    expect(pauses.at(-1)).toBe(THROTTLE_MAX_MS);
    barrier.began(15);
    barrier.answered(15, barrier.closedMs(0));
    barrier.began(16);
    const now = 1e6;
    refuse(barrier, 16, now);
    expect(barrier.closedMs(now)).toBe(500);
  });

  test('of one that was in flight with the first is no news, unless it asks for longer', () => {
    const barrier = new Barrier();
    for (const attempt of [1, 2, 3]) barrier.began(attempt);
    refuse(barrier, 1, 0);
    refuse(barrier, 2, 10);
    expect(barrier.opensAt).toBe(500);
    refuse(barrier, 3, 20, 1_000);
    expect(barrier.opensAt).toBe(1_020);
  });

  test('after the wait it asked for was too short: then it is not believed', () => {
    const barrier = new Barrier();
    barrier.began(1);
    refuse(barrier, 1, 0, 1);
    barrier.began(2);
    refuse(barrier, 2, 1, 1);
    expect(barrier.closedMs(1)).toBe(750);
    barrier.began(3);
    expect(barrier.opensAt).toBe(Number.POSITIVE_INFINITY);
  });

  test('of a provider that nothing is known of is followed by one alone', () => {
    const barrier = new Barrier();
    barrier.began(1);
    refuse(barrier, 1, 0, undefined, false);
    barrier.began(2);
    expect(barrier.opensAt).toBe(Number.POSITIVE_INFINITY);
    barrier.answered(2, 600);
    expect(barrier.closedMs(600)).toBe(0);
  });
});

describe('an outage', () => {
  test('is noticed after so many failures in a row', () => {
    const { barrier, outcomes } = tripped(TRIP_FAILURES + 2);
    expect(barrier.isTripped).toBe(true);
    expect(barrier.opensAt).toBe(TRIP_MS);
    expect(outcomes.slice(0, TRIP_FAILURES - 1).every(({ isShared }) => !isShared)).toBe(true);
    expect(outcomes[TRIP_FAILURES - 1]).toEqual({ isShared: true, trippedMs: TRIP_MS });
    expect(outcomes.slice(TRIP_FAILURES)).toEqual([{ isShared: true }, { isShared: true }]);
  });

  test.each(['answered', 'refused'] as const)('is none as long as one is %s between', (how) => {
    const barrier = new Barrier();
    for (let attempt = 1; attempt <= TRIP_FAILURES * 3; attempt++) {
      barrier.began(attempt);
      if (attempt % TRIP_FAILURES !== 0) barrier.failed(attempt, attempt);
      else if (how === 'answered') barrier.answered(attempt, attempt);
      else refuse(barrier, attempt, attempt, 1);
    }
    expect(barrier.isTripped).toBe(false);
  });

  test('is over when the one that tries is answered', () => {
    const { barrier } = tripped();
    barrier.began(100);
    expect([barrier.opensAt, barrier.closedMs(TRIP_MS)]).toEqual([Number.POSITIVE_INFINITY, 0]);
    expect(barrier.answered(100, 6_000)).toBe(6_000);
    expect([barrier.isTripped, barrier.closedMs(6_000)]).toEqual([false, 0]);
    expect(barrier.answered(101, 6_001)).toBeUndefined();
  });

  test('is over when the one that tries is refused: somebody is there', () => {
    const { barrier } = tripped();
    barrier.began(100);
    expect(refuse(barrier, 100, 6_000, 500)).toBe(6_000);
    expect([barrier.isTripped, barrier.closedMs(6_000)]).toEqual([false, 500]);
  });

  test('lasts twice as long each time that one fails, whose own failure it is', () => {
    const { barrier } = tripped();
    let now = TRIP_MS;
    const closed: number[] = [];
    for (let attempt = 100; attempt < 106; attempt++) {
      barrier.began(attempt);
      expect(barrier.failed(attempt, now).isShared).toBe(false);
      closed.push(barrier.closedMs(now));
      now += barrier.closedMs(now);
    }
    expect(closed).toEqual([10_000, 20_000, 40_000, TRIP_MAX_MS, TRIP_MAX_MS, TRIP_MAX_MS]);
  });

  test('what was in flight when it was noticed neither prolongs nor ends it', () => {
    const { barrier } = tripped(TRIP_FAILURES + 1);
    barrier.began(100);
    expect(barrier.failed(TRIP_FAILURES + 1, TRIP_MS)).toEqual({ isShared: true });
    expect(barrier.answered(1, TRIP_MS)).toBeUndefined();
    expect(barrier.opensAt).toBe(Number.POSITIVE_INFINITY);
  });

  test('another one tries when the first is given up', () => {
    const { barrier } = tripped();
    barrier.began(100);
    barrier.aborted(100);
    expect(barrier.opensAt).toBe(TRIP_MS);
    barrier.began(101);
    barrier.aborted(50);
    expect(barrier.opensAt).toBe(Number.POSITIVE_INFINITY);
  });
});

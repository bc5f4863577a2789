import { describe, expect, test } from 'vitest';
import { START_CONCURRENCY } from '../../../src/base/limits.ts';
import { LearnedConcurrency } from '../../../src/model/gate/learned-concurrency.ts';

function sent(sentAt: number, inFlight: number) {
  return { attempt: 1, sentAt, inFlight, reserved: 0, tokensSent: 0 };
}

/** Every place is taken; each call is answered after so long. */
function fill(learned: LearnedConcurrency, { from = 0, rounds, ms }: { from?: number; rounds: number; ms: number }) {
  const places: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const sentAt = from + round * ms;
    const before = learned.places;
    for (let call = 1; call <= before; call++) {
      learned.noteFull(sentAt);
      learned.answered(sent(sentAt, call), sentAt + ms);
    }
    places.push(learned.places);
  }
  return places;
}

describe('LearnedConcurrency', () => {
  test('begins small, and not above what has been declared', () => {
    expect(new LearnedConcurrency(Number.POSITIVE_INFINITY).places).toBe(START_CONCURRENCY);
    expect(new LearnedConcurrency(3).places).toBe(3);
  });

  test('doubles as answers come, up to what has been declared', () => {
    expect(fill(new LearnedConcurrency(200), { rounds: 5, ms: 1_000 })).toEqual([32, 64, 128, 200, 200]);
  });

  test('not more than once a second, however fast they come', () => {
    expect(fill(new LearnedConcurrency(1_000), { rounds: 150, ms: 10 }).at(-1)).toBeLessThanOrEqual(64);
  });

  test('does not grow when nobody has to wait', () => {
    const learned = new LearnedConcurrency(1_000);
    for (let i = 0; i < 1_000; i++) learned.answered(sent(i, 1), i + 1);
    expect(learned.places).toBe(START_CONCURRENCY);
  });

  test('is cut to a little less than was taken, and grows slowly to begin with', () => {
    const learned = new LearnedConcurrency(1_000);
    fill(learned, { rounds: 2, ms: 1_000 });
    learned.refused(sent(2_000, 40), false);
    expect(learned.places).toBe(30);
    expect(fill(learned, { from: 2_000, rounds: 4, ms: 500 }).at(-1)).toBeLessThanOrEqual(32);
    expect(fill(learned, { from: 4_000, rounds: 20, ms: 1_000 }).at(-1)).toBeGreaterThan(64);
  });

  test('stays when it was the rate that was too much, or when as many were taken before', () => {
    const learned = new LearnedConcurrency(1_000);
    fill(learned, { rounds: 2, ms: 1_000 });
    learned.refused(sent(2_000, 40), true);
    expect([learned.places, learned.isSlowStart]).toEqual([64, true]);
    learned.refused(sent(2_000, 20), false);
    expect([learned.places, learned.isSlowStart]).toEqual([64, false]);
  });

  test('stays when nothing is taken at all, and never comes to nothing', () => {
    const learned = new LearnedConcurrency(1_000);
    for (let i = 0; i < 10; i++) learned.refused(sent(i, 16), false);
    expect(learned.places).toBe(16);
    for (let i = 0; i < 10; i++) {
      learned.answered(sent(i, 1), i);
      learned.refused(sent(i, 2), false);
    }
    expect(learned.places).toBe(1);
  });

  test('begins small again after an outage, and is soon where it was', () => {
    const learned = new LearnedConcurrency(1_000);
    fill(learned, { rounds: 3, ms: 1_000 });
    learned.restart();
    expect(learned.places).toBe(START_CONCURRENCY);
    expect(fill(learned, { from: 3_000, rounds: 3, ms: 1_000 })).toEqual([32, 64, 128]);
    const small = new LearnedConcurrency(4);
    small.restart();
    expect(small.places).toBe(4);
  });
});

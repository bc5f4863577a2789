import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom, drawRunId } from '../../src/base/random.ts';

describe('createRandom', () => {
  test('the same seed gives the same values, another seed others', () => {
    const draw = (seed: number) => Array.from({ length: 20 }, (_, i) => createRandom(seed).fork(String(i)).next());
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('a fork depends on its label, not on what was drawn before', () => {
    const fresh = createRandom(1);
    const used = createRandom(1);
    used.next();
    expect(used.fork('a').next()).toBe(fresh.fork('a').next());
    expect(fresh.fork('a').next()).not.toBe(fresh.fork('b').next());
  });

  test('int stays within its bounds and reaches both', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -50, max: 50 }), fc.nat(5), (seed, min, span) => {
        const random = createRandom(seed);
        const seen = new Set(Array.from({ length: 200 }, () => random.int(min, min + span)));
        expect(Math.min(...seen)).toBe(min);
        expect(Math.max(...seen)).toBe(min + span);
      }),
    );
  });

  test('values of neighbouring forks are spread evenly', () => {
    const random = createRandom(3);
    const low = Array.from({ length: 4_000 }, (_, i) => random.fork(`agent/${i}`).next()).filter(
      (value) => value < 0.5,
    );
    expect(low.length).toBeGreaterThan(1_850);
    expect(low.length).toBeLessThan(2_150);
  });

  test('logNormal has the median and 95th percentile it was asked for', () => {
    const random = createRandom(5);
    const values = Array.from({ length: 20_000 }, () => random.logNormal(1_200, 2_000)).sort((a, b) => a - b);
    expect(values[10_000]! / 1_200).toBeCloseTo(1, 1);
    expect(values[19_000]! / 2_000).toBeCloseTo(1, 1);
  });

  test('ids come from the seed', () => {
    expect(createRandom(2).id()).toBe(createRandom(2).id());
    expect(createRandom(2).id(6)).toMatch(/^[2-9a-z]{6}$/);
  });
});

test('drawRunId differs each time and is safe in a path', () => {
  const ids = new Set(Array.from({ length: 1_000 }, drawRunId));
  expect(ids.size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9]{10}$/);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WaitHistogram } from '../../../src/model/gate/wait-histogram.ts';

describe('WaitHistogram', () => {
  test('is 0 when there is nothing, and when nobody waits', () => {
    const waits = new WaitHistogram();
    expect([waits.quantile(0.5), waits.quantile(0.99), waits.max]).toEqual([0, 0, 0]);
    for (let i = 0; i < 100; i++) waits.add(0);
    expect([waits.quantile(0.5), waits.quantile(0.99), waits.max]).toEqual([0, 0, 0]);
  });

  test('takes any time', () => {
    const waits = new WaitHistogram();
    waits.add(1e15);
    expect([waits.quantile(0.5), waits.max]).toEqual([expect.any(Number), 1e15]);
  });

  test('is right to 10 %', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, share) => {
          const waits = new WaitHistogram();
          for (const value of values) waits.add(value);
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.ceil(sorted.length * share) - 1]!;
          const found = waits.quantile(share);
          expect(found).toBeGreaterThanOrEqual(exact * 0.999);
          expect(found).toBeLessThanOrEqual(exact * 1.101);
          expect(waits.max).toBe(sorted.at(-1));
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Latencies } from '../../../src/monitor/history/latencies.ts';

const of = (...durations: number[]) => {
  const latencies = new Latencies();
  for (const ms of durations) latencies.add(ms, false);
  return latencies;
};

test('percentiles are within 5 % of the true ones', () => {
  const durations = fc.array(fc.double({ min: 0.1, max: 3_000_000, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(durations, (all) => {
      const { p50Ms, p95Ms, p99Ms, maxMs } = of(...all).toRow('x');
      const sorted = [...all].sort((a, b) => a - b);
      for (const [share, told] of [
        [0.5, p50Ms],
        [0.95, p95Ms],
        [0.99, p99Ms],
      ] as const) {
        const exact = sorted[Math.ceil(all.length * share) - 1]!;
        // And half a microsecond, to which they are rounded.
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.05 + 0.0005);
        expect(told).toBeLessThanOrEqual(maxMs);
      }
      expect(maxMs).toBeCloseTo(Math.max(...all), 2);
    }),
  );
});

test('a tool that takes a fraction of a millisecond is told as such', () => {
  const { p50Ms, maxMs } = of(0.16, 0.16, 0.16).toRow('now');
  expect(Math.abs(p50Ms - 0.16)).toBeLessThanOrEqual(0.16 * 0.05);
  expect(maxMs).toBe(0.16);
});

test('what is faster or slower than the buckets is counted in the outermost', () => {
  expect(of(0, 0, 0).toRow('x')).toMatchObject({ calls: 3, p50Ms: 0, p99Ms: 0, maxMs: 0 });
  const row = of(1e9).toRow('x');
  expect(row).toMatchObject({ calls: 1, maxMs: 1e9 });
  expect(row.p50Ms).toBeGreaterThan(3_000_000);
});

test('without a call everything is 0', () => {
  expect(new Latencies().toRow('x')).toEqual({
    name: 'x',
    calls: 0,
    failed: 0,
    p50Ms: 0,
    p95Ms: 0,
    p99Ms: 0,
    maxMs: 0,
  });
});

test('a copy goes its own way', () => {
  const first = of(10);
  first.add(20, true);
  const copy = new Latencies(first);
  expect(copy.toRow('x')).toEqual(first.toRow('x'));
  copy.add(1_000, false);
  expect(first.toRow('x')).toMatchObject({ calls: 2, failed: 1, maxMs: 20 });
  expect(copy.toRow('x')).toMatchObject({ calls: 3, failed: 1, maxMs: 1_000 });
});

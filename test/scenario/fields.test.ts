import { describe, expect, test } from 'vitest';
import { duration, latency, size } from '../../src/scenario/fields.ts';

describe('duration', () => {
  test.each([
    ['200ms', 200],
    ['1.5s', 1_500],
    ['0.1s', 100],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['0.25ms', 0.25],
  ])('reads %s as %d ms', (text, ms) => expect(duration('').parse(text)).toBe(ms));
  test.each(['', '5', 's', '-1s', '1 s', '1d', '1e3ms', '1.s', 5])('refuses %j', (text) =>
    expect(duration('').safeParse(text).success).toBe(false));
});

describe('latency', () => {
  test('reads a constant', () => expect(latency('').parse('1s')).toEqual({ kind: 'constant', ms: 1_000 }));
  test('reads a range', () =>
    expect(latency('').parse({ min: '1s', max: '1s' })).toEqual({ kind: 'uniform', minMs: 1_000, maxMs: 1_000 }));
  test('reads a log-normal', () =>
    expect(latency('').parse({ median: '1s', p95: '2s' })).toEqual({
      kind: 'log-normal',
      medianMs: 1_000,
      p95Ms: 2_000,
    }));
  test('refuses a mixture', () => expect(latency('').safeParse({ min: '1s', p95: '2s' }).success).toBe(false));
});

describe('size', () => {
  test('reads a number with its unit, in bytes', () => expect(size('').parse('500MB')).toBe(500_000_000));
  test.each(['500', '', '5 XB', 500])('refuses %j', (text) =>
    expect(size('').safeParse(text).error?.issues[0]?.message).toMatch(
      /^expected a size such as "500MB" or "2GB", found /,
    ));
});

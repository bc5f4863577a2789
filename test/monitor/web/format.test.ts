import { expect, test } from 'vitest';
import {
  formatClock,
  formatCount,
  formatDuration,
  formatNumber,
  formatRate,
  formatUsd,
  shorten,
} from '../../../src/monitor/web/format.ts';

test.each([
  [0, '0 ms'],
  [0.42, '0.4 ms'],
  [9, '9 ms'],
  [340, '340 ms'],
  [999.4, '999 ms'],
  [999.9, '1.00 s'],
  [1240, '1.24 s'],
  [9999, '10.0 s'],
  [12_340, '12.3 s'],
  [59_990, '1 m 00 s'],
  [125_000, '2 m 05 s'],
  [3_720_000, '1 h 02 m'],
  [3 * 86_400_000 + 4 * 3_600_000, '3 d 04 h'],
  [-1240, '-1.24 s'],
  [Number.NaN, '-'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('a moment has hours only when it needs them, and is never rounded up', () => {
  expect(formatClock(12_345)).toBe('00:12.345');
  expect(formatClock(12_999, 1)).toBe('00:12.9');
  expect(formatClock(12_999, 0)).toBe('00:12');
  expect(formatClock(3_723_004)).toBe('1:02:03.004');
  expect(formatClock(-5)).toBe('00:00.000');
});

test('numbers', () => {
  expect(formatNumber(12_345.4)).toBe('12,345');
  expect(formatRate(0)).toBe('0');
  expect(formatRate(0.254)).toBe('0.254');
  expect(formatRate(72.44)).toBe('72.4');
  expect(formatRate(12_345)).toBe('12,345');
  expect(formatCount(1, 'agent')).toBe('1 agent');
  expect(formatCount(10_000, 'agent')).toBe('10,000 agents');
});

test.each([
  [0, '$0.00'],
  [0.0000005, '$0.00000050'],
  [0.0042, '$0.0042'],
  [0.06, '$0.060'],
  [0.994, '$0.99'],
  [0.999, '$1.00'],
  [12.3, '$12.30'],
  [1_234.5, '$1,234.50'],
])('%d dollars are %s', (usd, text) => {
  expect(formatUsd(usd)).toBe(text);
});

test('a text is put on one line and cut at its end', () => {
  expect(shorten(' two\n  lines ', 20)).toBe('two lines');
  expect(shorten('abcdefgh', 5)).toBe('abcd…');
});

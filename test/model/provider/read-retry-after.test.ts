import { expect, test } from 'vitest';
import { readRetryAfter } from '../../../src/model/provider/read-retry-after.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each([
  ['seconds', { 'retry-after': '7' }, '', 7_000],
  ['a part of a second', { 'retry-after': '0.25' }, '', 250],
  ['none at all', { 'retry-after': '0' }, '', 0],
  ['milliseconds, before seconds', { 'retry-after-ms': '120', 'retry-after': '7' }, '', 120],
  ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, '', 30_000],
  [
    "a date, by the provider's own clock",
    { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT', date: 'Thu, 01 Jan 2026 00:00:20 GMT' },
    '',
    10_000,
  ],
  ["Google's in the body", {}, '{"error":{"details":[{"@type":"RetryInfo","retryDelay":"34.07s"}]}}', 34_070],
  ['nothing', {}, '{}', undefined],
  ['a date that is over', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, '', undefined],
  ['a negative one', { 'retry-after': '-5' }, '', undefined],
  ['an empty one', { 'retry-after': '', 'retry-after-ms': ' ' }, '', undefined],
  ['no number', { 'retry-after': 'soon', 'retry-after-ms': 'NaN' }, '', undefined],
  ['for ever', { 'retry-after': 'Infinity' }, '', undefined],
])('%s', (_, headers: Record<string, string>, body, delay) => {
  expect(readRetryAfter(headers, body, NOW)).toBe(delay);
});

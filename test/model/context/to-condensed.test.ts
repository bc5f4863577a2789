import { expect, test } from 'vitest';
import { toCondensed, toSummaryTokens } from '../../../src/model/context/to-condensed.ts';

const options = { limit: 10_000, countText: (text: string) => Math.ceil(text.length / 4) };

test('takes the summary', () => {
  expect(toCondensed(7, ' What was said.\n', undefined, options)).toEqual({ dropped: 7, summary: 'What was said.' });
});

test('goes without one, or on with the one there is', () => {
  expect(toCondensed(7, undefined, undefined, options)).toEqual({ dropped: 7 });
  expect(toCondensed(7, ' ', { dropped: 3, summary: 'Before.' }, options)).toEqual({ dropped: 7, summary: 'Before.' });
});

test('cuts one that is longer than was asked for', () => {
  const { summary = '' } = toCondensed(7, 'x'.repeat(50_000), undefined, options);
  expect(options.countText(summary)).toBeLessThanOrEqual(1_024);
  const blanks = toCondensed(7, `x${' '.repeat(50_000)}x`, undefined, { ...options, countText: () => 1 });
  expect(blanks.summary?.length).toBeLessThan(8 * 1_024 + 64);
});

test('a summary has room according to the context', () => {
  expect([toSummaryTokens(100_000), toSummaryTokens(2_000), toSummaryTokens(0)]).toEqual([1_024, 500, 1]);
});

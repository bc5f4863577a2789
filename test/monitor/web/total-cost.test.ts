import { expect, test } from 'vitest';
import { totalCost } from '../../../src/monitor/web/store/total-cost.ts';

const spent = (usd: number) => ({ calls: 1, inputTokens: 1, outputTokens: 1, usd });

test('the run’s cost is that of its groups, and what was spent before it was resumed', () => {
  const groups = [
    { group: 'a', ...spent(0.25) },
    { group: 'b', ...spent(0.5) },
  ];
  expect(totalCost({ spent: [] })).toBe(0);
  expect(totalCost({ spent: groups })).toBe(0.75);
  expect(totalCost({ spent: groups, before: spent(2) })).toBe(2.75);
});

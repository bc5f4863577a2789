import { expect, test } from 'vitest';
import { addSpent, addUsage, NOTHING_SPENT } from '../../src/agent/spent.ts';

test('one more call, with or without a price, and two together', () => {
  const one = addUsage(NOTHING_SPENT, { inputTokens: 5, outputTokens: 2, costUsd: 0.25 });
  expect(one).toEqual({ calls: 1, inputTokens: 5, outputTokens: 2, usd: 0.25 });
  const two = addUsage(one, { inputTokens: 1, outputTokens: 1 });
  expect(two).toEqual({ calls: 2, inputTokens: 6, outputTokens: 3, usd: 0.25 });
  expect(addSpent(one, two)).toEqual({ calls: 3, inputTokens: 11, outputTokens: 5, usd: 0.5 });
});

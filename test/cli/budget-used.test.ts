import { expect, test } from 'vitest';
import { toBudgetUsed } from '../../src/cli/budget-used.ts';

test.each([
  [{ limit: 'usd', used: 0.0042, allowed: 1.5 }, '$0.0042 of $1.50'],
  [{ limit: 'tokens', used: 1_234.4, allowed: 5_000 }, '1,234 of 5,000 tokens'],
  [{ limit: 'calls', used: 9, allowed: 10 }, '9 of 10 calls'],
  [{ limit: 'wall', used: 900, allowed: 600_000 }, '900 ms of 10 min 0 s'],
] as const)('%j is %s', (reached, text) => {
  expect(toBudgetUsed(reached)).toBe(text);
});

import { expect, test } from 'vitest';
import { OverBudgetError } from '../../src/agent/over-budget-error.ts';

const reached = (scope: string, atLimit: 'stop' | 'pause' | 'finish') => ({
  scope,
  limit: 'usd' as const,
  allowed: 1,
  used: 0.9000000001,
  reserved: 0,
  needed: 0.2,
  atLimit,
});

test('says whose budget it is, and what the call may need', () => {
  const refusal = { kind: 'refused' as const, reached: [reached('run', 'pause')] as const };
  const error = new OverBudgetError(refusal);
  expect(error.message).toBe(
    'Cannot ask the model: the budget of the run allows 1 US dollars, 0.9 are used, and the call may need 0.2',
  );
  expect([error.code, error.atLimit]).toEqual(['BUDGET', 'pause']);
});

test.each([
  [['pause', 'finish'], 'finish'],
  [['finish', 'stop', 'pause'], 'stop'],
  [['pause'], 'pause'],
] as const)('of %j the strictest counts: %s', (all, strictest) => {
  const [first, ...rest] = all.map((atLimit) => reached('a', atLimit));
  expect(new OverBudgetError({ kind: 'refused', reached: [first!, ...rest] }).atLimit).toBe(strictest);
});

import { expect, test } from 'vitest';
import { Account } from '../../../src/model/budget/account.ts';
import { LearnedNeed } from '../../../src/model/budget/learned-need.ts';
import { BudgetScope } from '../../../src/model/budget/scope.ts';

test('books in every budget, and sums up', () => {
  const run = new BudgetScope('run', 'run', { tokens: 1_000, usd: 1, atLimit: 'stop' }, 0);
  const own = new BudgetScope('agent', 'a/0', { calls: 5, atLimit: 'stop' }, 0);
  const account = new Account([run, own], new LearnedNeed());
  const reserved = { calls: 1, tokens: 400, nanoUsd: 200_000_000 };
  for (const scope of [run, own]) scope.reserve(reserved);
  account.book({ calls: 2, inputTokens: 90, outputTokens: 10, usd: 0.1 });
  expect(run.view(0)).toMatchObject([
    { limit: 'tokens', used: 100, reserved: 400 },
    { limit: 'usd', used: 0.1, reserved: 0.2 },
  ]);
  account.book({ calls: 1, inputTokens: 30, outputTokens: 20, usd: 0.2 }, reserved);
  expect(run.view(0)).toMatchObject([
    { limit: 'tokens', used: 150, reserved: 0 },
    { limit: 'usd', used: 0.3, reserved: 0 },
  ]);
  expect(own.view(0)).toMatchObject([{ limit: 'calls', used: 3, reserved: 0 }]);
  expect(account.spent).toEqual({ calls: 3, inputTokens: 120, outputTokens: 30, usd: 0.3 });
});

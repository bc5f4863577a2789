import { expect, test, vi } from 'vitest';
import { Account } from '../../../src/model/budget/account.ts';
import { LearnedNeed } from '../../../src/model/budget/learned-need.ts';
import { createReservation } from '../../../src/model/budget/reservation.ts';
import { BudgetScope } from '../../../src/model/budget/scope.ts';

const price = { inputUsd: 1, outputUsd: 10 };
const need = { agent: 'a/0', group: 'a', inputTokens: 100, maxOutputTokens: undefined, price };
const reserved = { calls: 1, tokens: 300, nanoUsd: 3_000_000 };

function setUp() {
  const scope = new BudgetScope('run', 'run', { tokens: 1_000, usd: 1, calls: 10, atLimit: 'stop' }, 0);
  scope.reserve(reserved);
  const learned = new LearnedNeed();
  const account = new Account([scope], learned);
  const onEnd = vi.fn();
  return { account, learned, onEnd, scope, reservation: createReservation(need, account, reserved, 200, onEnd) };
}

const nothingReserved = [{ reserved: 0 }, { reserved: 0 }, { reserved: 0 }];

test('books what was used, learns from it, and gives the rest back, once', () => {
  const { account, learned, onEnd, scope, reservation } = setUp();
  reservation.settle({ inputTokens: 130, outputTokens: 20 });
  reservation.settle({ inputTokens: 999, outputTokens: 999 });
  reservation.release();
  expect(account.spent).toEqual({ calls: 1, inputTokens: 130, outputTokens: 20, usd: 0.00033 });
  expect(scope.view(0)).toMatchObject(nothingReserved);
  expect(learned.inputTokens(100)).toBe(130);
  expect(onEnd).toHaveBeenCalledOnce();
});

test('a failed call of unknown cost is booked with its estimated input', () => {
  const { account, learned, scope, reservation } = setUp();
  reservation.settle(undefined);
  expect(account.spent).toEqual({ calls: 1, inputTokens: 100, outputTokens: 0, usd: 0.0001 });
  expect(scope.view(0)).toMatchObject(nothingReserved);
  expect(learned.inputTokens(100)).toBe(110);
});

test('a call that was not made counts for nothing', () => {
  const { account, onEnd, scope, reservation } = setUp();
  reservation.release();
  reservation.settle({ inputTokens: 1, outputTokens: 1 });
  expect(account.spent).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 });
  expect(scope.view(0)).toMatchObject(nothingReserved);
  expect(onEnd).toHaveBeenCalledOnce();
});

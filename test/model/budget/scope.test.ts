import { expect, test } from 'vitest';
import { BudgetScope } from '../../../src/model/budget/scope.ts';

const INFINITE = Number.POSITIVE_INFINITY;
const price = { inputUsd: 1, outputUsd: 2 };
const input = { inputTokens: 100, price };

test('has room for what is neither used nor reserved, and later for what is not used', () => {
  const scope = new BudgetScope('run', 'run', { tokens: 1_000, atLimit: 'stop' }, 0);
  scope.book({ calls: 1, tokens: 300, nanoUsd: 0 });
  scope.reserve({ calls: 1, tokens: 500, nanoUsd: 0 });
  expect([scope.room(input, 'now'), scope.room(input, 'later')]).toEqual([100, 600]);
  scope.book({ calls: 1, tokens: 50, nanoUsd: 0 }, { calls: 1, tokens: 500, nanoUsd: 0 });
  expect([scope.room(input, 'now'), scope.room(input, 'later')]).toEqual([550, 550]);
});

test('money and calls limit the room too', () => {
  const money = new BudgetScope('run', 'run', { usd: 0.001, atLimit: 'stop' }, 0);
  expect(money.room(input, 'now')).toBe(450);
  expect(money.room({ ...input, price: undefined }, 'now')).toBe(INFINITE);
  const calls = new BudgetScope('run', 'run', { calls: 1, atLimit: 'stop' }, 0);
  expect(calls.room(input, 'now')).toBe(INFINITE);
  calls.reserve({ calls: 1, tokens: 0, nanoUsd: 0 });
  expect([calls.room(input, 'now'), calls.room(input, 'later')]).toEqual([-1, INFINITE]);
});

test('its time is over at its end, counted from its start', () => {
  const scope = new BudgetScope('agent', 'a/0', { wallMs: 100, atLimit: 'finish' }, 50);
  expect([scope.isOver(149.9), scope.isOver(150)]).toEqual([false, true]);
  expect(scope.reached(input, 10, 160)).toEqual({
    scope: 'a/0',
    limit: 'wall',
    allowed: 100,
    used: 110,
    reserved: 0,
    needed: 0,
    atLimit: 'finish',
  });
});

test('says which limit is reached, in the unit it was declared in', () => {
  const spec = { calls: 2, tokens: 1_000, usd: 0.001, atLimit: 'pause' } as const;
  const scope = new BudgetScope('group', 'crew', spec, 0);
  scope.book({ calls: 1, tokens: 100, nanoUsd: 900_000 });
  scope.reserve({ calls: 1, tokens: 50, nanoUsd: 10_000 });
  const usd = { limit: 'usd', allowed: 0.001, used: 0.0009, reserved: 0.00001, needed: 0.00012 };
  expect(scope.reached(input, 10, 0)).toEqual({ scope: 'crew', atLimit: 'pause', ...usd });
  expect(scope.reached(input, 801, 0)).toMatchObject({ limit: 'tokens', used: 100, reserved: 50, needed: 901 });
  scope.book({ calls: 1, tokens: 0, nanoUsd: 0 });
  expect(scope.reached(input, 10, 0)).toMatchObject({ limit: 'calls', allowed: 2, used: 2, reserved: 1, needed: 1 });
});

test('shows the limits it has', () => {
  const scope = new BudgetScope('group', 'crew', { tokens: 10, wallMs: 500, atLimit: 'stop' }, 0);
  const of = { kind: 'group', scope: 'crew' };
  expect(scope.view(120)).toEqual([
    { ...of, limit: 'tokens', allowed: 10, used: 0, reserved: 0 },
    { ...of, limit: 'wall', allowed: 500, used: 120, reserved: 0 },
  ]);
});

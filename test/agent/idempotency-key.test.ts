import { expect, test } from 'vitest';
import { type CallPlace, toIdempotencyKey } from '../../src/agent/idempotency-key.ts';

const charge = (args: object, id = 'c1') => ({ id, name: 'charge', args: args as never });
const keyOf = (place: Partial<CallPlace> = {}) =>
  toIdempotencyKey({
    run: 'r',
    agent: 'a/0',
    observation: 1,
    calls: [charge({ account: 1, amount: 5 })],
    position: 0,
    ...place,
  });

test('is the same for the same call, whatever its id and the order of its arguments', () => {
  expect(keyOf()).toMatch(/^[\w-]{22}$/);
  expect(keyOf({ calls: [charge({ amount: 5, account: 1 }, 'other')] })).toBe(keyOf());
});

test('does not depend on what else was called before', () => {
  const calls = [{ id: 'x', name: 'look', args: {} }, charge({ account: 1, amount: 5 })];
  expect(keyOf({ calls, position: 1 })).toBe(keyOf());
});

test.each([
  ['run', { run: 'other' }],
  ['agent', { agent: 'a/1' }],
  ['observation', { observation: 2 }],
  ['tool', { calls: [{ id: 'c1', name: 'refund', args: { account: 1, amount: 5 } }] }],
  ['arguments', { calls: [charge({ account: 1, amount: 6 })] }],
])('is another one for another %s', (_, place) => {
  expect(keyOf(place)).not.toBe(keyOf());
});

test('is another one for an equal call made on purpose', () => {
  const calls = [charge({ account: 1, amount: 5 }), charge({ account: 1, amount: 5 }, 'again')];
  const keys = [keyOf({ calls, position: 0 }), keyOf({ calls, position: 1 })];
  expect(keys[0]).toBe(keyOf());
  expect(keys[1]).not.toBe(keys[0]);
});

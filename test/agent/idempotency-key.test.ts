import { describe, expect, test } from 'vitest';
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

describe('a call that a person has changed', () => {
  const decided = { id: 'a', name: 'pay', args: { amount: 5 } };
  const other = { id: 'b', name: 'pay', args: { amount: 1 } };
  const place = { run: 'r', agent: 'a/0', observation: 1, calls: [decided, other], position: 0 };
  const edited = { ...decided, args: { amount: 1 } };

  test('has a key by its new arguments, the same whenever it is made again', () => {
    const key = toIdempotencyKey({ ...place, edited });
    expect(key).not.toBe(toIdempotencyKey(place));
    expect(key).toBe(toIdempotencyKey({ ...place, edited: { ...edited, args: { amount: 1 } } }));
    expect(key).not.toBe(toIdempotencyKey({ ...place, edited: { ...edited, args: { amount: 2 } } }));
  });

  test('neither takes the key of one that was decided with these arguments, nor changes it', () => {
    const before = toIdempotencyKey({ ...place, position: 1 });
    expect(toIdempotencyKey({ ...place, edited })).not.toBe(before);
    expect(toIdempotencyKey({ ...place, calls: [other, decided], position: 0 })).toBe(before);
  });

  test('has another one than an equal one that was changed in the same way', () => {
    const twice = { ...place, calls: [decided, { ...decided, id: 'b' }] };
    expect(toIdempotencyKey({ ...twice, position: 0, edited })).not.toBe(
      toIdempotencyKey({ ...twice, position: 1, edited }),
    );
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { EARLY_REPLIES_MAX } from '../../src/base/limits.ts';
import type { RunFact } from '../../src/protocol.ts';
import { Asks } from '../../src/supervisor/asks.ts';

let asks: Asks;
let facts: RunFact[];
beforeEach(() => {
  facts = [];
  asks = new Asks(createVirtualClock(), (fact) => facts.push(fact));
});

/** Asks, and tells what comes of it. */
function ask(id: string, from: string, to: string) {
  const outcome: { text?: string; error?: string; code?: string } = {};
  const close = asks.open(id, {
    from,
    to,
    resolve: ({ text }) => void Object.assign(outcome, { text }),
    reject: (error) => void Object.assign(outcome, { error: error.message, code: (error as { code?: string }).code }),
  });
  return { outcome, close };
}

const reply = (from: string, text = 'x') => ({ from, text });

test('an answer reaches the one who asked, once', () => {
  const { outcome } = ask('1', 'a', 'b');
  expect([asks.size, asks.of('a')]).toEqual([1, [{ id: '1', from: 'a', to: 'b', at: 0 }]]);
  expect(asks.answer('1', reply('b', 'yes'))).toBe(true);
  expect([outcome, asks.size, asks.of('a')]).toEqual([{ text: 'yes' }, 0, []]);
  expect(asks.answer('1', reply('b', 'again'))).toBe(false);
  expect(outcome.text).toBe('yes');
});

describe('an answer that nobody waits for', () => {
  test('is there when the same is asked again, once', () => {
    expect(asks.answer('1', reply('b', 'early'))).toBe(false);
    const { outcome, close } = ask('1', 'a', 'b');
    expect([outcome.text, close, asks.size]).toEqual(['early', undefined, 0]);
    expect(ask('1', 'a', 'b').close).toBeTypeOf('function');
  });

  test('gives way to newer ones', () => {
    for (let i = 0; i <= EARLY_REPLIES_MAX; i++) asks.answer(`${i}`, reply('b'));
    expect(ask('0', 'a', 'b').outcome.text).toBeUndefined();
    expect(ask('1', 'a', 'b').outcome.text).toBe('x');
  });
});

test('one who has given up does not wait any more', () => {
  const { outcome, close } = ask('1', 'a', 'b');
  close?.();
  expect([asks.size, asks.answer('1', reply('b')), outcome]).toEqual([0, false, {}]);
});

test('who has ended answers nobody; those who wait for others do not notice', () => {
  const [one, two, other] = [ask('1', 'a', 'b'), ask('2', 'c', 'b'), ask('3', 'a', 'c')];
  asks.left('b', 'it has ended');
  const failed = { code: 'ASK_FAILED', error: 'Cannot get an answer from "b": it has ended' };
  expect([one.outcome, two.outcome, other.outcome, asks.size]).toEqual([failed, failed, {}, 1]);
  asks.fail('9', 'b', 'unknown to all');
  asks.left('b', 'again');
  expect(asks.size).toBe(1);
});

describe('a circle', () => {
  test('is refused to the one who would close it', () => {
    ask('1', 'a', 'b');
    ask('2', 'b', 'c');
    expect(() => ask('3', 'c', 'a')).toThrow(
      expect.objectContaining({
        code: 'DEADLOCK',
        message: 'Cannot ask "a": nobody would ever answer: c waits for a, which waits for b, which waits for c',
      }),
    );
    expect(facts).toEqual([{ type: 'message.deadlock', agents: ['c', 'a', 'b'], broken: 'c' }]);
    expect([asks.size, asks.of('c')]).toEqual([2, []]);
    // It is none any more when one of them has its answer.
    asks.answer('2', reply('c'));
    expect(() => ask('4', 'c', 'a')).not.toThrow();
  });

  test('of one is one', () => {
    expect(() => ask('1', 'a', 'a')).toThrow('Cannot ask "a": nobody would ever answer: a waits for a');
  });
});

describe('who waits for room in a mailbox', () => {
  const room = { code: 'DEADLOCK' };

  test('of one who waits for it is told so', () => {
    ask('1', 'a', 'b');
    expect(() => asks.waitForRoom('2', { from: 'b', to: 'a' })).toThrow(
      expect.objectContaining({
        ...room,
        message: 'Cannot send to "a": there would never be room: b waits for a, which waits for b',
      }),
    );
    expect(facts).toEqual([{ type: 'message.deadlock', agents: ['b', 'a'], broken: 'b' }]);
    expect(() => asks.waitForRoom('3', { from: 'c', to: 'c' })).toThrow(expect.objectContaining(room));
  });

  test('is waited for until there is room, and is waiting for no answer', () => {
    const close = asks.waitForRoom('1', { from: 'a', to: 'b' });
    expect([asks.of('a'), asks.size]).toEqual([[], 0]);
    expect(() => ask('2', 'b', 'a')).toThrow('nobody would ever answer');
    close();
    close();
    expect(() => ask('3', 'b', 'a')).not.toThrow();
  });
});

describe('an ask that is handed on', () => {
  test('is answered by the other', () => {
    const { outcome } = ask('1', 'a', 'b');
    asks.move('1', 'c');
    expect(asks.of('a')).toMatchObject([{ to: 'c' }]);
    asks.left('b', 'it has ended');
    expect(outcome).toEqual({});
    asks.answer('1', reply('c', 'mine'));
    expect(outcome.text).toBe('mine');
  });

  test('to one who waits for the asker fails', () => {
    const { outcome } = ask('1', 'a', 'b');
    ask('2', 'c', 'a');
    asks.move('1', 'c');
    expect(outcome).toMatchObject({ code: 'ASK_FAILED', error: expect.stringContaining('it waits for a') });
    expect(facts).toMatchObject([{ type: 'message.deadlock', broken: 'a' }]);
    expect(asks.size).toBe(1);
  });

  test('and that nobody waits for any more is nothing', () => {
    asks.move('1', 'c');
    expect([asks.size, facts]).toEqual([0, []]);
  });
});

import { describe, expect, test } from 'vitest';
import type { Damage } from '../../../src/memory/lmdb/damage.ts';
import {
  isWaiting,
  NOT_TRIMMED,
  RecordOrder,
  type Trimmed,
  toReceived,
  toWaiting,
} from '../../../src/memory/lmdb/trim-record.ts';
import type { ReceivedRecord } from '../../../src/memory/trim-scan.ts';
import { answerOf, batchOf, receivedOf } from '../records.ts';

const record = receivedOf(1, 'm1').journal[0] as ReceivedRecord;

test('what waits of a batch is kept as its records, of one in a file as their places; and found again', () => {
  const whole = { ...answerOf(1), journal: [...answerOf(1).journal, record] };
  const waiting = [{ record, place: 1, ordinal: 9 }];
  const inline = toWaiting(whole, waiting);
  expect(inline).toEqual({ journal: [record], transcript: [], ordinals: [9] });
  expect(toReceived(inline, { journal: [record] })).toEqual([{ record, place: 0, ordinal: 9 }]);
  const inFile = toWaiting({ blob: 'abc', snapshot: answerOf(1).snapshot! }, waiting);
  expect(JSON.stringify(inFile)).toBe('{"blob":"abc","ordinals":[9],"places":[1]}');
  expect(toReceived(inFile, whole)).toEqual(waiting);
  expect(toReceived(inFile, answerOf(1))).toEqual([]);
  expect([inline, inFile, whole].map(isWaiting)).toEqual([true, true, false]);
  expect(isWaiting(batchOf('a', 1))).toBe(false);
});

describe('the order of an agent’s records', () => {
  const place = (number: number) => ({ run: 'r', agent: 'a', record: number });

  function told(trimmed: Trimmed | undefined, records: readonly number[], waiting = 0): Damage[] {
    const damages: Damage[] = [];
    const order = new RecordOrder(trimmed, (damage) => damages.push(damage));
    for (let count = 0; count < waiting; count++) order.takeWaiting();
    for (const number of records) order.take(place(number));
    order.end('r', 'a');
    return damages;
  }

  test('tells what is missing, from the first that has stayed', () => {
    expect(told(NOT_TRIMMED, [1, 2, 3])).toEqual([]);
    expect(told(NOT_TRIMMED, [1, 3])).toEqual([{ ...place(2), problem: 'it is missing' }]);
    const trimmed = { from: 5, messages: 8, received: 1, waiting: 0 };
    expect(told(trimmed, [5, 6])).toEqual([]);
    expect(told(trimmed, [7, 8])).toEqual([{ ...place(5), problem: 'it and 1 more are missing' }]);
    expect([4, 5].map((number) => new RecordOrder(trimmed, () => {}).isWhole(place(number)))).toEqual([false, true]);
  });

  test('tells of waiting ones that are missing', () => {
    const trimmed = { from: 5, messages: 8, received: 4, waiting: 3 };
    expect(told(trimmed, [5], 3)).toEqual([]);
    const problem = (what: string) => `${what} not observed yet, kept when it was trimmed, cannot be found`;
    expect(told(trimmed, [5], 2)).toEqual([{ run: 'r', agent: 'a', problem: problem('a record of a message') }]);
    expect(told(trimmed, [5], 1)[0]?.problem).toBe(problem('2 records of messages'));
  });

  test('begins anywhere when nobody knows where, and everything is whole', () => {
    expect(told(undefined, [7, 8])).toEqual([]);
    expect(told(undefined, [7, 9])).toEqual([{ ...place(8), problem: 'it is missing' }]);
    expect(new RecordOrder(undefined, () => {}).isWhole(place(1))).toBe(true);
  });
});

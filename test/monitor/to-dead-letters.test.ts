import { expect, test } from 'vitest';
import { toDeadLetters } from '../../src/monitor/to-dead-letters.ts';
import type { JournalRecord } from '../../src/protocol.ts';
import { messageOf } from './recorded.ts';

const received = (id: string): JournalRecord => ({ type: 'received', turn: 1, at: 1, message: messageOf({ id }) });
const dropped = (message: string, at: number): JournalRecord => {
  return { type: 'dropped', turn: 1, at, message, reason: 'expired' };
};

test('what was received and dropped, with what it said', () => {
  expect(toDeadLetters([received('m1'), received('m2'), dropped('m2', 5), received('m3')])).toEqual([
    { message: messageOf({ id: 'm2' }), reason: 'expired', at: 5 },
  ]);
});

test('of one whose receipt is not there any more nothing can be told', () => {
  expect(toDeadLetters([dropped('m1', 5)])).toEqual([]);
  expect(toDeadLetters([])).toEqual([]);
});

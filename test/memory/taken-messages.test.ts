import { describe, expect, test } from 'vitest';
import { TakenMessages } from '../../src/memory/taken-messages.ts';
import type { JournalRecord, Message } from '../../src/protocol.ts';
import { answerOf, messageOf } from './records.ts';

const observed = (message: Message): JournalRecord => answerOf(1, message).journal[0]!;
const part = (batch: string, index = 0) => ({ part: { batch, index, of: 2 } });
const parts = [
  { from: 'b/0', body: '' },
  { from: 'b/1', body: '' },
];

describe('taken messages', () => {
  test('are those that were observed or dropped, by id', () => {
    const taken = new TakenMessages();
    taken.add(observed(messageOf('m1')));
    taken.add({ type: 'dropped', turn: 1, at: 1, message: 'm2', reason: 'expired' });
    taken.add({ type: 'received', turn: 1, at: 1, message: messageOf('m3') });
    taken.add(answerOf(1).journal[0]!);
    expect(['m1', 'm2', 'm3'].map((id) => taken.has(messageOf(id)))).toEqual([true, true, false]);
  });

  test('are parts that were observed together, not those of a part observed alone', () => {
    const taken = new TakenMessages();
    taken.add(observed(messageOf('whole', { parts })));
    taken.add(observed(messageOf('last', { ...part('batch', 1), parts })));
    taken.add(observed(messageOf('alone', part('open'))));
    expect(taken.has(messageOf('x', part('whole')))).toBe(true);
    expect(taken.has(messageOf('x', part('batch')))).toBe(true);
    expect(taken.has(messageOf('x', part('open')))).toBe(false);
    expect(taken.has(messageOf('alone', part('open')))).toBe(true);
  });

  test('are sought until each was found, and each part', () => {
    const taken = new TakenMessages();
    expect(taken.isSeeking).toBe(false);
    taken.add(observed(messageOf('m1')));
    taken.add(observed(messageOf('m1')));
    taken.add(observed(messageOf('gathered', { ...part('batch'), parts })));
    expect(taken.has(messageOf('none'))).toBe(false);
    taken.has(messageOf('m1'));
    taken.has(messageOf('p0', part('batch', 0)));
    expect(taken.isSeeking).toBe(true);
    taken.has(messageOf('p1', part('batch', 1)));
    expect(taken.isSeeking).toBe(false);
    expect(taken.has(messageOf('p2', part('batch', 2)))).toBe(true);
  });
});

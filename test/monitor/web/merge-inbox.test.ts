import { expect, test } from 'vitest';
import type { InboxMessage } from '../../../src/monitor/talk-messages.ts';
import { mergeInbox, NO_CALLS, toKey } from '../../../src/monitor/web/store/merge-inbox.ts';
import { waitingCall } from '../said.ts';

const message = (changes: Partial<InboxMessage>): InboxMessage => {
  return { type: 'inbox', at: 0, waiting: [], gone: [], total: 0, ...changes };
};
const [one, two, three] = [waitingCall('a/0', 1), waitingCall('a/1', 2), waitingCall('a/2', 3)];

test('the whole, then what has come and gone', () => {
  const whole = mergeInbox(NO_CALLS, message({ whole: true, waiting: [one, two], total: 2 }));
  expect(whole).toEqual({ entries: [one, two], total: 2 });
  const next = mergeInbox(whole, message({ waiting: [three], gone: [{ agent: 'a/0', callId: '1/c1' }], total: 2 }));
  expect(next).toEqual({ entries: [two, three], total: 2 });
  expect(mergeInbox(next, message({ whole: true }))).toEqual(NO_CALLS);
});

test('one that waits anew is there once, at the end', () => {
  const again = { ...one, since: 9 };
  const before = { entries: [one, two], total: 2 };
  expect(mergeInbox(before, message({ waiting: [again], total: 2 })).entries).toEqual([two, again]);
});

test('only how many', () => {
  expect(mergeInbox(NO_CALLS, message({ total: 7 }))).toEqual({ entries: [], total: 7 });
});

test('a key names a call', () => {
  expect(toKey(one)).toBe('a/0 1/c1');
});

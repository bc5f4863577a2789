import { expect, test } from 'vitest';
import type { MessagesMessage } from '../../../src/monitor/talk-messages.ts';
import { mergeTalk } from '../../../src/monitor/web/messages/merge-talk.ts';

const message = (changes: Partial<MessagesMessage>): MessagesMessage => ({
  type: 'messages',
  at: 0,
  from: 0,
  ...changes,
});
const mailboxes = { total: 1, fullest: [], histogram: [0, 1] };
const waits = { total: 0, longest: [] };

test('what has not changed stays', () => {
  const first = mergeTalk(undefined, message({ id: 1, mailboxes, waits }));
  const next = mergeTalk(first, message({ at: 5, waits: { ...waits, total: 3 } }));
  expect(next).toMatchObject({ at: 5, mailboxes, waits: { total: 3 } });
});

test('an answer, or what is about another group, is all there is', () => {
  const first = mergeTalk(undefined, message({ id: 1, mailboxes }));
  expect(mergeTalk(first, message({ id: 2, waits }))).not.toHaveProperty('mailboxes');
  expect(mergeTalk(first, message({ group: 'a', waits }))).not.toHaveProperty('mailboxes');
});

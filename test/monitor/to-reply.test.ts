import { expect, test } from 'vitest';
import { toReply } from '../../src/monitor/to-reply.ts';
import { messageOf } from './recorded.ts';

test('an ask is answered by its sender’s name for the answer', () => {
  const ask = messageOf({ id: 'q1', from: 'a/0', to: 'b/0', kind: 'ask', hops: 2, trace: 't', correlation: 'q0' });
  expect(toReply('b/0', ask, 'Yes.', 7)).toEqual({
    id: 're:q1',
    from: 'b/0',
    to: 'a/0',
    kind: 'reply',
    body: 'Yes.',
    at: 7,
    causation: 'q1',
    correlation: 'q0',
    hops: 3,
    trace: 't',
  });
});

test('one that was handed on is answered to who has asked', () => {
  const handed = messageOf({ kind: 'handoff', from: 'b/1', answers: { ask: 'q9', to: 'a/2' } });
  expect(toReply('b/0', handed, 'Yes.', 7)).toMatchObject({ id: 're:q9', to: 'a/2', causation: 'm1' });
});

test('nobody has asked', () => {
  expect(toReply('b/0', undefined, 'Yes.', 7)).toBeUndefined();
  expect(toReply('b/0', messageOf({ kind: 'tell' }), 'Yes.', 7)).toBeUndefined();
});

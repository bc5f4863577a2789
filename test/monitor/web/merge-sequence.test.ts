import { expect, test } from 'vitest';
import type { SequenceEntry, SequenceMessage } from '../../../src/monitor/talk-messages.ts';
import { mergeSequence } from '../../../src/monitor/web/messages/merge-sequence.ts';
import { messageOf } from '../recorded.ts';

const entry = (id: string): SequenceEntry => messageOf({ id });
const message = (changes: Partial<SequenceMessage>): SequenceMessage => {
  return { type: 'sequence', at: 0, agents: ['a/0', 'b/0'], messages: [], ...changes };
};
const ids = ({ messages }: { messages: readonly SequenceEntry[] }) => messages.map(({ id }) => id);

test('what comes is added; the whole, and what is about others, stands for itself', () => {
  const first = mergeSequence(undefined, message({ whole: true, messages: [entry('1')] }));
  const next = mergeSequence(first, message({ messages: [entry('2')] }));
  expect(ids(next)).toEqual(['1', '2']);
  expect(ids(mergeSequence(next, message({ whole: true, messages: [entry('3')] })))).toEqual(['3']);
  expect(mergeSequence(next, message({ agents: ['a/0'], messages: [entry('4')] }))).toEqual({
    agents: ['a/0'],
    messages: [entry('4')],
  });
});

test('the newest 300 stay', () => {
  const many = Array.from({ length: 299 }, (_, i) => entry(String(i)));
  const first = mergeSequence(undefined, message({ whole: true, messages: many }));
  const next = mergeSequence(first, message({ messages: [entry('x'), entry('y'), entry('z')] }));
  expect([next.messages.length, next.messages[0]?.id, next.messages.at(-1)?.id]).toEqual([300, '2', 'z']);
});

import { expect, test } from 'vitest';
import { APPROVAL_TEXT_MAX_CHARS } from '../../src/base/limits.ts';
import { toCallName, toRecord } from '../../src/people/to-record.ts';
import type { PersonAnswer } from '../../src/protocol.ts';
import { waiting } from './waiting.ts';

const question = waiting({ kind: 'question', tool: 'person', question: 'Which?' });
const fits = () => undefined;
const by = 'ann';

test('a call is named by its agent and its place', () => {
  expect(toCallName({ agent: 'clerk/0', callId: '3/2' })).toBe('clerk/0:3/2');
});

test.each<[string, PersonAnswer, object]>([
  ['approved', { answer: 'approve', by }, { answer: 'approved', by }],
  ['approved with a reason', { answer: 'approve', reason: 'ok', by }, { answer: 'approved', reason: 'ok', by }],
  ['rejected', { answer: 'reject', reason: 'no', by }, { answer: 'rejected', reason: 'no', by }],
  ['edited', { answer: 'edit', args: { amount: 1 }, by }, { answer: 'edited', args: { amount: 1 }, by }],
])('a call is %s', (_, answer, record) => {
  expect(toRecord(waiting(), answer, fits)).toEqual(record);
});

test('a question is answered with a text, also an empty one, or rejected', () => {
  expect(toRecord(question, { answer: 'approve', text: '', by }, fits)).toEqual({ answer: 'answered', text: '', by });
  expect(toRecord(question, { answer: 'reject', by }, fits)).toEqual({ answer: 'rejected', by });
});

test.each<[string, Parameters<typeof toRecord>[0], PersonAnswer, string, string]>([
  [
    'a question without a text',
    question,
    { answer: 'approve', by },
    'USAGE',
    'Cannot approve "clerk/0:1/1": it is a question',
  ],
  [
    'an edited question',
    question,
    { answer: 'edit', args: {}, by },
    'USAGE',
    'Cannot edit "clerk/0:1/1": it is a question',
  ],
  ['a text to no question', waiting(), { answer: 'approve', text: 'x', by }, 'USAGE', 'with a text: it is no question'],
  [
    'an edit without arguments',
    waiting(),
    { answer: 'edit', by },
    'USAGE',
    'Cannot edit "clerk/0:1/1": there are no arguments',
  ],
  [
    'a text that is too long',
    question,
    { answer: 'approve', text: 'x'.repeat(APPROVAL_TEXT_MAX_CHARS), reason: 'y', by },
    'USAGE',
    'the text is longer than 32768 characters',
  ],
])('%s is refused', (_, view, answer, code, message) => {
  expect(() => toRecord(view, answer, fits)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test('arguments that do not fit are refused with what is wrong', () => {
  const misfit = () => '/amount must be number';
  expect(() => toRecord(waiting(), { answer: 'edit', args: { amount: 'x' }, by }, misfit)).toThrow(
    expect.objectContaining({
      code: 'TOOL_ARGUMENTS',
      message: 'Cannot edit "clerk/0:1/1": /amount must be number; correct them, the call still waits',
    }),
  );
});

test('arguments are not looked at where they do not count', () => {
  const explode = () => {
    throw new Error('looked at');
  };
  expect(toRecord(waiting(), { answer: 'approve', args: { amount: 'x' }, by }, explode)).toEqual({
    answer: 'approved',
    by,
  });
});

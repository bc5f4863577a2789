import { expect, test } from 'vitest';
import { TOOL_TIMEOUT_MS } from '../../src/base/limits.ts';
import { toApproval, toPersonTool } from '../../src/scenario/to-approval.ts';
import { toolSchema } from '../../src/scenario/tool-schema.ts';

const approvalOf = (approval: unknown) => {
  const tool = toolSchema().parse({ module: './x.ts', approval });
  return toApproval((tool as { approval: Parameters<typeof toApproval>[0] }).approval);
};
const personOf = (changes: object) =>
  toPersonTool(toolSchema().parse({ builtin: 'ask-person', ...changes }) as Parameters<typeof toPersonTool>[0]);
const latency = { kind: 'constant', ms: 0 };

test('required is every call, for ever', () => {
  expect(approvalOf('required')).toStrictEqual({ kind: 'approval', otherwise: 'reject' });
  expect(approvalOf({})).toStrictEqual({ kind: 'approval', otherwise: 'reject' });
});

test('keeps which calls wait, for how long, and what they come to then', () => {
  expect(approvalOf({ when: 'args.x', deadline: '2h', otherwise: 'approve' })).toStrictEqual({
    kind: 'approval',
    when: 'args.x',
    deadlineMs: 7_200_000,
    otherwise: 'approve',
  });
});

test('what a person does comes after the rules', () => {
  const simulate = {
    latency: '5s',
    answer: 'edit',
    args: { amount: 1 },
    reason: 'less',
    rules: [{ when: 'args.x', answer: 'reject' }],
  };
  expect(approvalOf({ simulate }).simulate).toStrictEqual({
    latency: { kind: 'constant', ms: 5_000 },
    answers: [
      { when: 'args.x', answer: 'reject' },
      { answer: 'edit', reason: 'less', args: { amount: 1 } },
    ],
  });
  expect(approvalOf({ simulate: {} }).simulate).toStrictEqual({ latency, answers: [] });
});

test('a question waits, and its answer is its result', () => {
  expect(personOf({})).toStrictEqual({
    builtin: 'ask-person',
    timeoutMs: TOOL_TIMEOUT_MS,
    approval: { kind: 'question', otherwise: 'reject' },
  });
  const simulate = { answer: 'Blue.', rules: [{ when: 'args.question == "x"', answer: 'y' }] };
  expect(personOf({ description: 'd', deadline: '1h', otherwise: 'Nobody.', simulate })).toStrictEqual({
    builtin: 'ask-person',
    description: 'd',
    timeoutMs: TOOL_TIMEOUT_MS,
    approval: {
      kind: 'question',
      deadlineMs: 3_600_000,
      otherwise: 'approve',
      otherwiseText: 'Nobody.',
      simulate: {
        latency,
        answers: [
          { when: 'args.question == "x"', answer: 'answer', text: 'y' },
          { answer: 'answer', text: 'Blue.' },
        ],
      },
    },
  });
});

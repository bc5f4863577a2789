import { expect, test } from 'vitest';
import { type ApprovalScope, toApprovalRule } from '../../src/people/approval-rule.ts';
import type { ApprovalSpec } from '../../src/protocol.ts';

const scope: ApprovalScope = {
  tool: 'pay',
  args: { amount: 150, to: 'ann' },
  agent: 'clerk/3',
  row: { limit: 100 },
  params: { strict: true },
  user: '',
  session: '',
};
const spec = (changes: Partial<ApprovalSpec>): ApprovalSpec => ({ kind: 'approval', otherwise: 'reject', ...changes });

test('without an expression every call waits', () => {
  expect(toApprovalRule(spec({})).isNeeded(scope)).toBe(true);
});

test.each([
  ['args.amount > 100', true],
  ['args.amount > 1000', false],
  ['args.amount > row.limit && params.strict', true],
  ['agent == "clerk/3" && tool == "pay"', true],
  ['user != ""', false],
  // What cannot be said is asked about.
  ['args.missing > 5', true],
  ['args.amount', true],
])('%s: %s', (when, expected) => {
  expect(toApprovalRule(spec({ when })).isNeeded(scope)).toBe(expected);
});

test('an expression that is none, or of other names, is refused', () => {
  expect(() => toApprovalRule(spec({ when: 'args.' }))).toThrow(expect.objectContaining({ code: 'EXPRESSION' }));
  expect(() => toApprovalRule(spec({ when: 'nobody == 1' }))).toThrow(expect.objectContaining({ code: 'EXPRESSION' }));
});

test('one declaration is compiled once', () => {
  const one = spec({ when: 'args.amount > 1' });
  expect(toApprovalRule(one)).toBe(toApprovalRule(one));
});

test('a simulated person says what the first fitting rule says, with texts and arguments rendered', () => {
  const rule = toApprovalRule(
    spec({
      simulate: {
        latency: { kind: 'constant', ms: 0 },
        answers: [
          { when: 'args.amount > 1000', answer: 'reject', reason: 'too much' },
          { when: 'args.amount > 100', answer: 'edit', args: { amount: '{{ row.limit }}', to: '{{ args.to }}' } },
          { answer: 'approve', reason: 'fine, {{ agent }}' },
        ],
      },
    }),
  );
  expect(rule.simulate({ ...scope, args: { amount: 5_000 } })).toEqual({
    answer: 'reject',
    by: 'simulated',
    reason: 'too much',
  });
  expect(rule.simulate(scope)).toEqual({ answer: 'edit', by: 'simulated', args: { amount: 100, to: 'ann' } });
  expect(rule.simulate({ ...scope, args: { amount: 1 } })).toEqual({
    answer: 'approve',
    by: 'simulated',
    reason: 'fine, clerk/3',
  });
});

test('a question is answered with a text; a person without a fitting rule says nothing', () => {
  const rule = toApprovalRule(
    spec({
      kind: 'question',
      simulate: {
        latency: { kind: 'constant', ms: 0 },
        answers: [{ when: 'args.question == "Which?"', answer: 'answer', text: '{{ args.question }} Blue.' }],
      },
    }),
  );
  expect(rule.simulate({ ...scope, args: { question: 'Which?' } })).toEqual({
    answer: 'approve',
    by: 'simulated',
    text: 'Which? Blue.',
  });
  // Nor one whose expression cannot say.
  expect(rule.simulate({ ...scope, args: {} })).toBeUndefined();
  expect(toApprovalRule(spec({})).simulate(scope)).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { approvalSchema, personSchema } from '../../src/scenario/approval-schema.ts';

describe('an approval', () => {
  test.each([
    'required',
    {},
    { when: 'args.amount > 100', deadline: '2h', otherwise: 'approve' },
    { simulate: {} },
    { simulate: { latency: { median: '2m', p95: '10m' }, answer: 'edit', args: { amount: 1 }, reason: 'fine' } },
    { simulate: { rules: [{ when: 'args.x', answer: 'reject', reason: 'no' }, { answer: 'approve' }] } },
  ])('accepts %j', (approval) => expect(approvalSchema().safeParse(approval).success).toBe(true));

  test.each([
    true,
    'needed',
    { deadline: '0s' },
    { deadline: 5 },
    { otherwise: 'edit' },
    { who: 'ann' },
    { simulate: { answer: 'maybe' } },
    { simulate: { answer: 'edit', args: 'x' } },
    { simulate: { rules: [{ when: 'args.x' }] } },
  ])('refuses %j', (approval) => expect(approvalSchema().safeParse(approval).success).toBe(false));

  test('says what it may be', () => {
    expect(approvalSchema().safeParse('needed').error?.issues[0]?.message).toContain('"required", or a map of when');
  });

  test('nobody answering is a rejection', () => {
    expect(approvalSchema().parse({})).toEqual({ otherwise: 'reject' });
  });
});

describe('a question to a person', () => {
  const schema = personSchema({ description: 'x' });

  test.each([
    {},
    { description: 'Asks Ann.', deadline: '1h', otherwise: 'Nobody.', simulate: { latency: '30s', answer: 'Blue.' } },
    { simulate: { rules: [{ when: 'args.question == "x"', answer: 'y' }] } },
  ])('accepts %j', (person) => expect(schema.safeParse({ builtin: 'ask-person', ...person }).success).toBe(true));

  test.each([
    { deadline: '0s' },
    { approval: 'required' },
    { simulate: { reason: 'x' } },
    { simulate: { rules: [{ when: 'x' }] } },
    { retries: 1 },
  ])('refuses %j', (person) => expect(schema.safeParse({ builtin: 'ask-person', ...person }).success).toBe(false));
});

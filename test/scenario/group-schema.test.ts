import { expect, test } from 'vitest';
import { groupSchema } from '../../src/scenario/group-schema.ts';

const GROUP = { count: 1, model: 'm', observe: 'x' };

test.each([
  GROUP,
  { ...GROUP, each: { folder: '.', extension: 'md' } },
  { ...GROUP, each: 'rows.jsonl' },
  { ...GROUP, budget: { tokens: 1 }, budget_each: { wall: '1s', at_limit: 'pause' } },
  { ...GROUP, context: { tokens: 1_000 } },
])('accepts %j', (group) => expect(groupSchema().safeParse(group).success).toBe(true));

test.each([
  { ...GROUP, each: { folder: '.', extension: '.md' } },
  { ...GROUP, each: { extension: 'md' } },
  { ...GROUP, budget: {} },
  { ...GROUP, budget: { usd: 0 } },
  { ...GROUP, budget: { calls: 1, at_limit: 'never' } },
  { ...GROUP, context: { tokens: 10 } },
  { ...GROUP, context: { tokens: 1_000, when_full: 'forget' } },
])('refuses %j', (group) => expect(groupSchema().safeParse(group).success).toBe(false));

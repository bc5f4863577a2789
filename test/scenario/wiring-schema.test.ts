import { expect, test } from 'vitest';
import { WIRING_KINDS, wiringSchema } from '../../src/scenario/wiring-schema.ts';

const problems = (entry: object) =>
  wiringSchema()
    .safeParse(entry)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

test('takes each kind', () => {
  for (const entry of [
    { pipeline: ['a', 'b'], policy: 'same-index' },
    { fan_out: 'a', to: 'b' },
    { fan_out: 'a', to: ['b', 'c'], gather: 'a' },
    { ring: 'a', rounds: 3 },
    { all_to_all: 'a' },
    { moderator: 'a', members: ['b'], rounds: 1_000 },
    { blackboard: 'plan', groups: 'a' },
  ]) {
    expect(problems(entry), JSON.stringify(entry)).toBeUndefined();
  }
  expect(WIRING_KINDS).toHaveLength(6);
});

test('refuses what cannot be meant', () => {
  expect(problems({ pipeline: ['a'] })?.[0]).toMatch(/^pipeline: /);
  expect(problems({ ring: 'a', rounds: 0 })?.[0]).toMatch(/^rounds: /);
  expect(problems({ ring: 'a', rounds: 1_001 })?.[0]).toMatch(/^rounds: /);
  expect(problems({ ring: 'a', rounds: 1.5 })?.[0]).toMatch(/^rounds: /);
  expect(problems({ fan_out: 'a', to: [] })?.[0]).toBe('to: expected at least one group, found a list');
  expect(problems({ fan_out: 'a', to: 3 })?.[0]).toMatch(/expected a group or a list of groups/);
  expect(problems({ blackboard: 'a b' })?.[0]).toMatch(/^blackboard: expected a name/);
  expect(problems({ star: 'a' })?.[0]).toMatch(/star/);
});

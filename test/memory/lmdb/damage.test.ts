import { expect, test } from 'vitest';
import { describeDamage } from '../../../src/memory/lmdb/damage.ts';

test.each([
  [{ problem: 'x' }, 'a part of the data'],
  [{ run: 'r', problem: 'x' }, 'run "r"'],
  [{ run: 'r', agent: 'a/1', problem: 'x' }, 'agent "a/1" in run "r"'],
  [{ run: 'r', agent: 'a/1', record: 2, problem: 'x' }, 'record 2 of agent "a/1" in run "r"'],
  [{ run: 'r', agent: 'a/1', isNote: true, problem: 'x' }, 'a note of agent "a/1" in run "r"'],
  [{ run: 'r', agent: '', isNote: true, problem: 'x' }, 'a note of all agents in run "r"'],
] as const)('%j is described as %s', (damage, text) => {
  expect(describeDamage(damage)).toBe(text);
});

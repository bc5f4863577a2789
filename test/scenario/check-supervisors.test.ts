import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/protocol.ts';
import { checkSupervisors } from '../../src/scenario/check-supervisors.ts';

function problems(supervisors: unknown): string[] {
  const found: string[] = [];
  const scenario = { agents: { a: {}, b: {} }, supervisors } as JsonObject;
  checkSupervisors(scenario, ({ path, message, hint }) => {
    found.push(`${path.join('.')}: ${message}${hint === undefined ? '' : `; ${hint}`}`);
  });
  return found;
}

test('a tree is right', () => {
  expect(problems({ top: { children: ['a', 'low'] }, low: { children: ['b'] } })).toEqual([]);
  expect(problems(undefined)).toEqual([]);
});

test.each([
  [{ s: { children: ['c'] } }, 'supervisors.s.children.0: unknown group or supervisor "c"'],
  [{ s: { children: ['a', 'a'] } }, 'supervisors.s.children.1: "a" stands under "s" already'],
  [{ s: { children: ['a'] }, t: { children: ['a'] } }, 'supervisors.t.children.0: "a" stands under "s" already'],
  [{ s: { children: ['s'] } }, 'supervisors.s: stands under itself'],
  [{ s: { children: ['t'] }, t: { children: ['s'] } }, 'supervisors.s: stands under itself'],
  [{ a: { children: ['b'] } }, 'supervisors.a: is the name of a group too; call it otherwise'],
  [{ root: { children: ['b'] } }, 'supervisors.root: is the name of the one above all; call it otherwise'],
])('%j is refused', (supervisors, problem) => {
  expect(problems(supervisors).some((line) => line.startsWith(problem))).toBe(true);
});

test.each([
  ['text'],
  [[1]],
  [{ s: 5 }],
  [{ s: { children: 'a' } }],
  [{ s: { children: [1, null] } }],
])('what the schema refuses is passed over: %j', (supervisors) => expect(problems(supervisors)).toEqual([]));

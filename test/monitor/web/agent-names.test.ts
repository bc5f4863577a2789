import { expect, test } from 'vitest';
import { toAgentNames, toPosition } from '../../../src/monitor/web/fleet/agent-names.ts';

const groups = [
  { name: 'a', first: 0, count: 2, model: 'm', tools: [] },
  { name: 'b/c', first: 2, count: 1, model: 'm', tools: [] },
];

test('names and positions are each other', () => {
  expect(toAgentNames(groups)).toEqual(['a/0', 'a/1', 'b/c/0']);
  expect(toAgentNames(groups).map((name) => toPosition(groups, name))).toEqual([0, 1, 2]);
});

test.each(['a/2', 'a', 'a/x', 'z/0', ''])('there is no agent "%s"', (name) => {
  expect(toPosition(groups, name)).toBeUndefined();
});

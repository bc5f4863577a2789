import { expect, test } from 'vitest';
import { AGENT_STATES } from '../../../src/monitor/states.ts';
import { toAgentNames } from '../../../src/monitor/web/fleet/agent-names.ts';
import { createFleetMatcher, type FleetFilter } from '../../../src/monitor/web/fleet/fleet-filter.ts';

const groups = [
  { name: 'analyst', first: 0, count: 3, model: 'm', tools: [] },
  { name: 'reviewer', first: 3, count: 2, model: 'm', tools: [] },
];
const names = toAgentNames(groups);
const states = (['done', 'failed', 'decide', 'done', 'failed'] as const).map((state) => AGENT_STATES.indexOf(state));
const all: FleetFilter = { text: '', groups: [], states: [], failures: false };

function find(change: Partial<FleetFilter>): readonly string[] {
  const matcher = createFleetMatcher({ ...all, ...change }, groups, names);
  return names.filter((_, position) => matcher.matches(position, states[position]!));
}

test('without a filter everybody fits', () => {
  expect(find({})).toEqual(names);
  expect(createFleetMatcher(all, groups, names).isActive).toBe(false);
});

test('by a part of the name, whatever its case', () => {
  expect(find({ text: ' ANALYST/1 ' })).toEqual(['analyst/1']);
  expect(find({ text: '/1' })).toEqual(['analyst/1', 'reviewer/1']);
});

test('by group, state and failure, all at once', () => {
  expect(find({ groups: ['reviewer'] })).toEqual(['reviewer/0', 'reviewer/1']);
  expect(find({ states: ['done', 'decide'] })).toEqual(['analyst/0', 'analyst/2', 'reviewer/0']);
  expect(find({ failures: true })).toEqual(['analyst/1', 'reviewer/1']);
  expect(find({ groups: ['analyst'], failures: true, states: ['done'] })).toEqual([]);
});

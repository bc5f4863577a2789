import { expect, test } from 'vitest';
import { AGENT_STATES, type AgentState } from '../../../src/monitor/states.ts';
import { describeCounts } from '../../../src/monitor/web/fleet/describe-counts.ts';

const counts = (some: Partial<Record<AgentState, number>>) =>
  Object.fromEntries(AGENT_STATES.map((state) => [state, some[state] ?? 0])) as Record<AgentState, number>;

test('names only states that somebody is in', () => {
  expect(describeCounts(counts({ decide: 12, done: 9988 }))).toBe('10,000 agents: 12 decide, 9,988 done.');
  expect(describeCounts(counts({}))).toBe('0 agents.');
});

import { expect, test } from 'vitest';
import { createAgentMachine } from '../../src/agent/machine.ts';
import { AGENT_STATES, HIDDEN_LETTER, STATE_LETTERS } from '../../src/monitor/states.ts';

test('every state of the agents’ chart is one, and every state has a letter of its own', () => {
  const chart = Object.keys(createAgentMachine({} as never).config.states ?? {});
  expect(AGENT_STATES).toEqual(expect.arrayContaining(chart));
  expect(AGENT_STATES.filter((state) => !chart.includes(state))).toEqual(['unstarted', 'waiting', 'paused']);
  const letters = [...Object.values(STATE_LETTERS), HIDDEN_LETTER];
  expect(new Set(letters).size).toBe(AGENT_STATES.length + 1);
  for (const letter of letters) expect(letter).toMatch(/^[\x21-\x7e]$/);
});

test('before anything an agent is in the first of them: the zero of a new history', () => {
  expect(AGENT_STATES[0]).toBe('unstarted');
});

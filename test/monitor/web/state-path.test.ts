import { expect, test } from 'vitest';
import { toStatePath } from '../../../src/monitor/web/fold/state-path.ts';
import { event, LIFE } from './agent-events.ts';

test('a life of two turns', () => {
  expect(toStatePath(LIFE)).toEqual([
    { state: 'observe', at: 0 },
    { state: 'decide', at: 10 },
    { state: 'executing-tools', at: 110 },
    { state: 'storing', at: 310 },
    { state: 'observe', at: 320 },
    { state: 'decide', at: 321 },
    { state: 'storing', at: 420 },
    { state: 'observe', at: 425 },
    { state: 'done', at: 426 },
  ]);
});

test('waiting, and ends that are not done', () => {
  const path = toStatePath([
    event(0, { type: 'agent.started', group: 'a' }),
    event(1, { type: 'agent.waiting', for: 'a message' }),
    event(2, { type: 'agent.ended', status: 'stopped', turns: 0, criticalPathMs: 0 }),
  ]);
  expect(path.map(({ state }) => state)).toEqual(['observe', 'waiting', 'stopped']);
});

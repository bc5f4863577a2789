import { expect, test } from 'vitest';
import { findSlowest } from '../../../src/monitor/web/fold/slowest.ts';
import { event, LIFE } from './agent-events.ts';

const ended = (agent: string, criticalPathMs: number) => ({
  ...event(1, { type: 'agent.ended', status: 'done', turns: 1, criticalPathMs }),
  agent,
});

test('by critical path, when somebody has ended', () => {
  expect(findSlowest([ended('a/1', 5), ended('a/2', 9), ended('a/3', 7), ...LIFE.slice(0, 7)], 2)).toEqual([
    { agent: 'a/2', ms: 9 },
    { agent: 'a/3', ms: 7 },
  ]);
});

test('by the longest call before that', () => {
  expect(findSlowest(LIFE.slice(0, 7), 5)).toEqual([{ agent: 'analyst/7', ms: 199 }]);
  expect(findSlowest([], 5)).toEqual([]);
});

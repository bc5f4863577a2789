import { expect, test } from 'vitest';
import { AGENT_STATES, type AgentState } from '../../../src/monitor/states.ts';
import {
  toArrowWidth,
  toChartFlow,
  toChartState,
  toStateNumbers,
} from '../../../src/monitor/web/chart/chart-numbers.ts';

const counts = (some: Partial<Record<AgentState, number>>) =>
  Object.fromEntries(AGENT_STATES.map((state) => [state, some[state] ?? 0])) as Record<AgentState, number>;

test('who rests is in observe', () => {
  expect(toChartState('waiting')).toBe('observe');
  expect(toChartState('done')).toBe('done');
  const numbers = toStateNumbers(counts({ observe: 1, waiting: 2, paused: 1, done: 4 }), ['observe', 'done', 'failed']);
  expect(numbers.get('observe')).toEqual({
    count: 4,
    share: 0.5,
    parts: [
      { state: 'waiting', count: 2 },
      { state: 'paused', count: 1 },
    ],
  });
  expect(numbers.get('done')).toEqual({ count: 4, share: 0.5, parts: [] });
  expect(numbers.get('failed')).toEqual({ count: 0, share: 0, parts: [] });
});

test('transitions out of rest are transitions out of observe, and those inside it are none', () => {
  expect(
    toChartFlow({
      'observe>decide': 3,
      'waiting>decide': 2,
      'observe>waiting': 9,
      'paused>observe': 1,
      'decide>storing': 1,
    }),
  ).toEqual({ 'observe>decide': 5, 'decide>storing': 1 });
});

test('the busiest arrow is the widest', () => {
  expect(toArrowWidth(0, 10)).toBe(1.5);
  expect(toArrowWidth(5, 0)).toBe(1.5);
  expect(toArrowWidth(10, 10)).toBe(7);
  expect(toArrowWidth(2.5, 10)).toBe(4.25);
});

import { expect, test } from 'vitest';
import { isFailure, toEventText, toObservationText } from '../../../src/monitor/web/log/event-text.ts';
import { EVENT_TYPES } from '../../../src/monitor/web/log/event-types.ts';
import { event, LIFE } from './agent-events.ts';

test('a life in lines', () => {
  expect(LIFE.map(toEventText)).toEqual([
    'in group analyst',
    'turn 1: disk full',
    '95 ms: search("of":"c0"), metrics("of":"c1")',
    'search("of":"c0")',
    'metrics("of":"c1")',
    'metrics, 38 ms, failed: no such file',
    'search, 199 ms: [1,2]',
    'turn 1',
    'turn 2: the results of its calls',
    '99 ms: Clean it.',
    'Clean it.',
    'turn 2',
    'done after 2 turns, critical path 379 ms',
  ]);
});

test('what went wrong', () => {
  expect(LIFE.filter(isFailure).map(({ at }) => at)).toEqual([150]);
  const failed = event(1, {
    type: 'agent.ended',
    status: 'failed',
    turns: 1,
    criticalPathMs: 0,
    error: { code: 'E', message: 'no' },
  });
  expect(isFailure(failed)).toBe(true);
  expect(toEventText(failed)).toBe('failed after 1 turn, critical path 0 ms: no');
});

test('long texts are cut, unknown types have none', () => {
  expect(
    toEventText(event(1, { type: 'agent.replied', turn: 1, observation: '', reply: 'x'.repeat(1000) })),
  ).toHaveLength(240);
  expect(toEventText(event(1, { type: 'something.new' }))).toBe('');
});

test('messages name their sender', () => {
  const message = { id: 'm', from: 'b/1', to: 'a/0', body: 'hello', at: 0 };
  expect(toObservationText({ kind: 'message', text: 'hello', message })).toBe('message from b/1: hello');
});

test('every type is known', () => {
  expect(new Set(EVENT_TYPES).size).toBe(EVENT_TYPES.length);
  expect(EVENT_TYPES).toContain('agent.ended');
});

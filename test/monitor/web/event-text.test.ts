import { expect, test } from 'vitest';
import { isFailure, toEventText, toObservationText } from '../../../src/monitor/web/log/event-text.ts';
import { EVENT_TYPES } from '../../../src/monitor/web/log/event-types.ts';
import { messageOf } from '../recorded.ts';
import { SAMPLES } from '../samples.ts';
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

test('long texts are cut', () => {
  expect(
    toEventText(event(1, { type: 'agent.replied', turn: 1, observation: '', reply: 'x'.repeat(1000) })),
  ).toHaveLength(240);
});

test('one of each type has a text of its own', () => {
  for (const sample of SAMPLES) {
    const text = toEventText(sample);
    expect(text).not.toMatch(/^$|undefined|NaN/);
    expect(text).not.toContain(sample.type);
  }
});

test('what cannot be told is named', () => {
  expect(toEventText(event(1, { type: 'something.new' }))).toBe('something.new of analyst/7');
  expect(toEventText({ seq: 1, at: 0, type: 'run.new' } as never)).toBe('run.new');
  for (const { type } of SAMPLES) {
    const text = toEventText(event(1, { type }));
    expect(text).not.toBe('');
  }
  expect(toEventText(event(1, { type: 'model.retried', turn: 1 }))).toBe('model.retried of analyst/7');
  expect(toEventText(event(1, { type: 'agent.streamed', turn: 1 }))).toBe('agent.streamed of analyst/7');
});

test('messages name their sender', () => {
  const message = messageOf({ from: 'b/1', body: 'hello' });
  expect(toObservationText({ kind: 'message', text: 'hello', message })).toBe('message from b/1: hello');
});

test('every type is known', () => {
  expect(new Set(EVENT_TYPES).size).toBe(EVENT_TYPES.length);
  expect(EVENT_TYPES).toContain('agent.ended');
});

import { expect, test } from 'vitest';
import { toTranscript } from '../../../src/monitor/web/fold/transcript.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { event, LIFE } from './agent-events.ts';

test('what was observed, said and found, in order; results are not told twice', () => {
  expect(toTranscript(LIFE).map(({ who, name, text, isError }) => [who, name, text, isError])).toEqual([
    ['observation', 'observation', 'disk full', false],
    ['model', 'small', '', false],
    ['tool', 'metrics', '{\n  "error": "no such file"\n}', true],
    ['tool', 'search', '[\n  1,\n  2\n]', false],
    ['model', 'small', 'Clean it.', false],
  ]);
});

test('messages and models that fail', () => {
  const message = { id: 'm', from: 'b/1', to: 'a/0', body: 'hello', at: 0 };
  const said = toTranscript([
    event(0, { type: 'agent.observed', turn: 1, observation: { kind: 'message', text: 'hello', message } }),
    event(1, { type: 'model.failed', turn: 1, model: 'm', error: { code: 'E', message: 'overloaded' }, durationMs: 1 }),
  ]);
  expect(said.map(({ who, name, text }) => [who, name, text])).toEqual([
    ['message', 'b/1', 'hello'],
    ['problem', 'm', 'overloaded'],
  ]);
});

const streamed = (at: number, turn: number, text: string) => event(at, { type: 'agent.streamed', turn, text });
const shown = (events: readonly RunEvent[]) => toTranscript(events).map(({ name, text }) => [name, text]);

test('what a model is writing stands at the end, all of it in one', () => {
  const asked = LIFE.slice(0, 2);
  const said = toTranscript([...asked, streamed(50, 1, 'Cle'), streamed(60, 1, 'an')]);
  expect(said).toHaveLength(2);
  expect(said[1]).toEqual({
    at: 60,
    turn: 1,
    who: 'model',
    name: 'is writing',
    text: 'Clean',
    calls: [],
    isError: false,
  });
});

test('the whole answer takes its place', () => {
  const events = [...LIFE.slice(0, 9), streamed(380, 2, 'Clean'), streamed(390, 2, ' it'), ...LIFE.slice(9)];
  expect(toTranscript(events)).toEqual(toTranscript(LIFE));
});

test('each answer is written anew', () => {
  const events = [...LIFE.slice(0, 2), streamed(50, 1, 'Let me'), ...LIFE.slice(2, 9), streamed(380, 2, 'Cl')];
  expect(shown(events).at(-1)).toEqual(['is writing', 'Cl']);
});

const error = { code: 'MODEL_FAILED', message: 'overloaded' };
test.each([
  { type: 'model.retried', turn: 1, model: 'm', error, tries: 1, retryInMs: 100 },
  { type: 'model.failed', turn: 1, model: 'm', error, durationMs: 60 },
  { type: 'agent.ended', status: 'stopped', turns: 1, criticalPathMs: 0 },
])('what was written before $type is gone', (fact) => {
  const events = [...LIFE.slice(0, 2), streamed(50, 1, 'Cle'), event(60, fact)];
  expect(shown(events).map(([name]) => name)).not.toContain('is writing');
  expect(shown([...events, streamed(70, 1, 'Again')]).at(-1)).toEqual(['is writing', 'Again']);
});

test('other events leave it where it is', () => {
  const events = [...LIFE.slice(0, 2), streamed(50, 1, 'Cle'), event(51, { type: 'agent.paused' })];
  expect(shown(events).at(-1)).toEqual(['is writing', 'Cle']);
});

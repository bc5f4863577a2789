import { expect, test } from 'vitest';
import { toTranscript } from '../../../src/monitor/web/fold/transcript.ts';
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

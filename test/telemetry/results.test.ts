import { expect, test } from 'vitest';
import { toRunResult } from '../../src/telemetry/results.ts';

test('an answer and an end that is no answer are results, nothing else is', () => {
  expect(
    toRunResult({ seq: 1, at: 5, type: 'agent.replied', agent: 'a/0', turn: 2, observation: 'q', reply: 'r' }),
  ).toEqual({
    agent: 'a/0',
    status: 'done',
    turn: 2,
    atMs: 5,
    observation: 'q',
    reply: 'r',
  });
  const error = { code: 'TURN_LIMIT', message: 'm' };
  const ended = { seq: 2, at: 6, type: 'agent.ended', agent: 'a/0', turns: 3, criticalPathMs: 0 } as const;
  expect(toRunResult({ ...ended, status: 'failed', error })).toEqual({
    agent: 'a/0',
    status: 'failed',
    turn: 3,
    atMs: 6,
    error,
  });
  expect(toRunResult({ ...ended, status: 'stopped' })).toEqual({ agent: 'a/0', status: 'stopped', turn: 3, atMs: 6 });
  expect(toRunResult({ ...ended, status: 'done' })).toBeUndefined();
  expect(toRunResult({ seq: 3, at: 7, type: 'agent.stored', agent: 'a/0', turn: 1 })).toBeUndefined();
});

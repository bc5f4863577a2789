import { expect, test } from 'vitest';
import { foldAgent, longestCall } from '../../../src/monitor/web/fold/agent-fold.ts';
import { call, decision, event, finished, LIFE } from './agent-events.ts';

test('nothing has happened', () => {
  expect(foldAgent([])).toEqual({
    turns: [],
    restarts: 0,
    tokens: { input: 0, output: 0 },
    costUsd: 0,
    criticalPathMs: 0,
    isPaused: false,
    failedCalls: 0,
  });
});

test('a life of two turns', () => {
  const fold = foldAgent(LIFE);
  expect(fold).toMatchObject({
    restarts: 0,
    tokens: { input: 200, output: 20 },
    criticalPathMs: 379,
    ended: { status: 'done', at: 426 },
    failedCalls: 1,
  });
  const [first, second] = fold.turns;
  expect(first).toMatchObject({ turn: 1, startedAt: 10, decidedAt: 110, decideMs: 95, storedAt: 320, model: 'small' });
  expect(
    first!.calls.map(({ call: { name }, startedAt, finishedAt, isError }) => [name, startedAt, finishedAt, isError]),
  ).toEqual([
    ['search', 110, 310, false],
    ['metrics', 111, 150, true],
  ]);
  expect(longestCall(first!)?.call.name).toBe('search');
  expect(second).toMatchObject({ turn: 2, reply: 'Clean it.', calls: [] });
  expect(longestCall(second!)).toBeUndefined();
});

test('tokens and cost are those of decisions and of summaries', () => {
  const usage = { inputTokens: 30, outputTokens: 3, costUsd: 0.25 };
  const condensed = { type: 'agent.condensed', turn: 2, dropped: 4, tokensBefore: 90, tokensAfter: 20 };
  const fold = foldAgent([
    ...LIFE.slice(0, 3),
    event(200, { ...condensed, usage }),
    event(201, condensed),
    event(210, { type: 'agent.decided', turn: 2, model: 'small', decision: { ...decision([]), usage }, durationMs: 1 }),
  ]);
  expect(fold).toMatchObject({ tokens: { input: 160, output: 16 }, costUsd: 0.5 });
});

test('until it ends, its critical path is made of decisions and longest calls', () => {
  expect(foldAgent(LIFE.slice(0, -1)).criticalPathMs).toBe(90 + 199 + 90);
  expect(foldAgent(LIFE.slice(0, 6)).criticalPathMs).toBe(90 + 38);
});

test('a call under way has no end', () => {
  const { turns } = foldAgent(LIFE.slice(0, 6));
  expect(turns[0]!.calls[0]!.finishedAt).toBeUndefined();
  expect(turns[0]!.storedAt).toBeUndefined();
});

test('what happened before the first event is not known, and does no harm', () => {
  const fold = foldAgent([finished(310, 'c0', 'search', 199), ...LIFE.slice(7)]);
  expect(fold.turns.map(({ turn }) => turn)).toEqual([1, 2]);
  expect(fold.turns[0]!.calls[0]).toMatchObject({ startedAt: 111, finishedAt: 310 });
  expect(fold.restarts).toBe(0);
});

test('waiting, pauses and restarts', () => {
  const waiting = [
    event(0, { type: 'agent.started', group: 'a' }),
    event(1, { type: 'agent.waiting', for: 'a message' }),
    event(2, { type: 'agent.paused' }),
  ];
  expect(foldAgent(waiting)).toMatchObject({ waitingFor: 'a message', isPaused: true });
  const again = [
    ...waiting,
    event(3, { type: 'agent.resumed' }),
    event(4, {
      type: 'agent.ended',
      status: 'failed',
      turns: 0,
      criticalPathMs: 0,
      error: { code: 'X', message: 'no' },
    }),
  ];
  expect(foldAgent(again).ended).toMatchObject({ status: 'failed', error: { message: 'no' } });
  const restarted = foldAgent([...again, event(5, { type: 'agent.started', group: 'a' })]);
  expect(restarted).toMatchObject({ restarts: 1, isPaused: false });
  expect(restarted.ended).toBeUndefined();
});

test('a model that fails, and a call id used again in a later turn', () => {
  const fold = foldAgent([
    event(0, { type: 'agent.observed', turn: 1, observation: { kind: 'observation', text: 'x' } }),
    event(50, {
      type: 'model.failed',
      turn: 1,
      model: 'm',
      error: { code: 'E', message: 'overloaded' },
      durationMs: 50,
    }),
    event(60, { type: 'agent.decided', turn: 2, model: 'm', decision: decision([call('c0', 'a')]), durationMs: 5 }),
    event(61, { type: 'tool.started', turn: 2, call: call('c0', 'a') }),
  ]);
  expect(fold.turns[0]).toMatchObject({ error: { message: 'overloaded' }, decidedAt: 50 });
  expect(fold.turns[1]).toMatchObject({ turn: 2, startedAt: 55 });
  expect(fold.failedCalls).toBe(1);
});

test('what a model is writing comes together, begins anew with a retry, and stands beside the decision in the end', () => {
  const streamed = (text: string) => ({ seq: 1, at: 5, type: 'agent.streamed' as const, agent: 'a/0', turn: 1, text });
  const error = { code: 'MODEL_FAILED', message: 'cut off' };
  const retried = {
    seq: 1,
    at: 6,
    type: 'model.retried' as const,
    agent: 'a/0',
    turn: 1,
    model: 'm',
    error,
    tries: 1,
    retryInMs: 5,
  };
  expect(foldAgent([streamed('one '), streamed('two')]).turns[0]?.draft).toBe('one two');
  expect(foldAgent([streamed('one '), retried, streamed('three')]).turns[0]?.draft).toBe('three');
});

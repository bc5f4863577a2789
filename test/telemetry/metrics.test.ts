import { expect, test } from 'vitest';
import { createRunMetrics, toRunStatus } from '../../src/telemetry/metrics.ts';
import { calls, createHarness, timedTool, tool } from '../agent/harness.ts';

test('counts what the events tell', async () => {
  const harness = createHarness({
    decide: async ({ step, spec }, context) => {
      await context.sleep(100);
      if (spec.index === 2) throw new Error('no');
      return step === 1 ? { toolCalls: calls('good', 'bad'), serviceMs: 100 } : { reply: 'x', serviceMs: 100 };
    },
    tools: [
      timedTool('good', 40, 1),
      tool('bad', () => {
        throw new Error('bad');
      }),
    ],
    count: 3,
  });
  const metrics = createRunMetrics(() => harness.clock.elapsed() * 2);
  await harness.run();
  metrics.onEvent({
    seq: 0,
    at: 0,
    type: 'run.started',
    run: 'r',
    scenario: 's',
    seed: 1,
    virtual: true,
    agents: 3,
    startedAt: '',
  });
  for (const event of harness.events) metrics.onEvent(event);
  expect(metrics.counts()).toMatchObject({
    agents: { total: 3, done: 2, failed: 1, stopped: 0 },
    turns: 5,
    replies: 2,
    modelCalls: 5,
    modelFailures: 1,
    toolCalls: { total: 4, failed: 2 },
    tokens: { input: 4, output: 4 },
    virtualMs: 240,
    criticalPathMs: 240,
  });
});

test('agents that had ended before a resume are counted, and what was spent', () => {
  const metrics = createRunMetrics(() => 0);
  const started = { run: 'r', scenario: 's', seed: 1, virtual: false, agents: 9, startedAt: '' };
  const spent = { calls: 7, inputTokens: 50, outputTokens: 6, usd: 0.1 + 0.2 };
  const before = { done: 4, failed: 1, stopped: 2, spent };
  metrics.onEvent({ seq: 1, at: 0, type: 'run.started', ...started, before });
  expect(metrics.counts()).toMatchObject({
    agents: { total: 9, done: 4, failed: 1, stopped: 2 },
    tokens: { input: 50, output: 6 },
    costUsd: 0.3,
    modelCalls: 0,
  });
});

test.each([
  ['finished', 0, 'done'],
  ['finished', 1, 'failed'],
  ['stalled', 0, 'stalled'],
  ['drained', 3, 'interrupted'],
] as const)('a run that %s with %i failed is %s', (end, failed, status) => {
  expect(toRunStatus(end, failed)).toBe(status);
});

test('a flaw counts when the model is told of it', () => {
  const metrics = createRunMetrics(() => 0);
  const base = { seq: 1, at: 0, agent: 'a/0', turn: 1 } as const;
  const usage = { inputTokens: 1, outputTokens: 1 };
  const flawed = { toolCalls: [], final: false, usage, serviceMs: 0, flaw: 'It is empty.' };
  metrics.onEvent({ ...base, type: 'agent.observed', observation: { kind: 'correction', text: 'It is empty.' } });
  metrics.onEvent({ ...base, type: 'agent.decided', model: 'm', decision: flawed, durationMs: 0 });
  expect(metrics.counts()).toMatchObject({ corrections: 1, turns: 1, modelCalls: 1 });
});

test('circles of agents that wait, and of messages, are counted each by itself', () => {
  const metrics = createRunMetrics(() => 0);
  const base = { seq: 1, at: 0 } as const;
  const agents = ['a/0', 'a/1'];
  const message = {
    id: 'm',
    from: 'a/0',
    to: 'a/1',
    kind: 'tell',
    body: 'x',
    at: 0,
    correlation: 'm',
    hops: 9,
  } as const;
  metrics.onEvent({ ...base, type: 'message.deadlock', agents, broken: 'a/1' });
  metrics.onEvent({
    ...base,
    type: 'message.looped',
    loop: 'hops',
    agents,
    count: 9,
    message: { ...message, trace: '' },
  });
  metrics.onEvent({
    ...base,
    type: 'message.looped',
    loop: 'ping-pong',
    agents,
    count: 9,
    message: { ...message, trace: '' },
  });
  expect(metrics.counts()).toMatchObject({ deadlocks: 1, loops: 2, messages: 0, deadLetters: 0 });
});

import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { isGoingInCircles, takeDecision } from '../../src/agent/decide.ts';
import type { ModelRequest } from '../../src/protocol.ts';
import { calls, createHarness, decision, timedTool } from './harness.ts';

test('the model sees the conversation, its tools, and where in its life the agent is', async () => {
  const requests: ModelRequest[] = [];
  const harness = createHarness({
    decide: (request) => {
      requests.push({ ...request, transcript: [...request.transcript] });
      return request.step === 1 ? { toolCalls: calls('look') } : { reply: 'Done' };
    },
    tools: [timedTool('look', 1, 'seen')],
    items: [{ template: 'one' }, { template: 'two' }],
  });
  await harness.run();
  expect(requests.map(({ turn, step, observation }) => [turn, step, observation.kind])).toEqual([
    [1, 1, 'observation'],
    [2, 2, 'results'],
    [3, 1, 'observation'],
    [4, 2, 'results'],
  ]);
  expect(requests[1]?.transcript.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
  expect(requests[0]).toMatchObject({ instructions: 'Work.', tools: [{ name: 'look' }] });
});

test('a reply with calls that is not final is no result yet', async () => {
  const harness = createHarness({
    decide: ({ step }) => (step === 1 ? { reply: 'Let me look.', toolCalls: calls('look') } : { reply: 'Done' }),
    tools: [timedTool('look', 1, 'seen')],
  });
  await harness.run();
  expect(harness.ofType('agent.replied').map(({ reply, observation }) => [observation, reply])).toEqual([
    ['Go', 'Done'],
  ]);
});

describe('takeDecision', () => {
  const context = createContext({ spec: createHarness({ decide: () => ({}) }).specs[0]! });

  test('waits for as many results as there are calls', () => {
    expect(takeDecision(context, decision({ toolCalls: calls('a', 'b'), serviceMs: 5 }))).toMatchObject({
      pending: 2,
      results: [undefined, undefined],
      answered: false,
      criticalPathMs: 5,
    });
  });

  test('without calls, or when it is final, the observation is answered', () => {
    expect(takeDecision(context, decision({ reply: 'x' }))).toMatchObject({ answered: true, reply: 'x', pending: 0 });
    expect(takeDecision(context, decision({ toolCalls: calls('a'), final: true }))).toMatchObject({ answered: true });
  });
});

test('the same calls are a circle from the third time on, other arguments are none, and a final decision never is', () => {
  const context = createContext({ spec: createHarness({ decide: () => ({}) }).specs[0]! });
  const same = decision({ toolCalls: calls('a') });
  const work = { ...context.work, lastCalls: '[["a",{}]]', sameCalls: 2 };
  expect(isGoingInCircles({ ...context, work }, same)).toBe(true);
  expect(isGoingInCircles({ ...context, work: { ...work, sameCalls: 1 } }, same)).toBe(false);
  expect(
    isGoingInCircles({ ...context, work }, decision({ toolCalls: [{ id: 'c', name: 'a', args: { n: 1 } }] })),
  ).toBe(false);
  expect(isGoingInCircles({ ...context, work }, { ...same, final: true })).toBe(false);
});

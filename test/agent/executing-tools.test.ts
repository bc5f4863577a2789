import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { takeResult, toEnding } from '../../src/agent/executing-tools.ts';
import type { Ends, ToolResult } from '../../src/protocol.ts';
import { calls, createHarness, timedTool, tool } from './harness.ts';

const result = (callId: string, serviceMs: number) => ({ callId, name: 'a', isError: false, content: 1, serviceMs });

test('results come in the order of the calls, whichever is first; the longest is on the critical path', () => {
  const context = {
    ...createContext({ spec: createHarness({ decide: () => ({}) }).specs[0]! }),
    pending: 2,
    results: [undefined, undefined],
    criticalPathMs: 10,
  };
  const first = { ...context, ...takeResult(context, { index: 1, result: result('c2', 30), durationMs: 31 }) };
  expect(first).toMatchObject({ pending: 1, results: [undefined, { callId: 'c2' }], criticalPathMs: 10 });
  const second = takeResult(first, { index: 0, result: result('c1', 20), durationMs: 21 });
  expect(second).toMatchObject({ pending: 0, results: [{ callId: 'c1' }, { callId: 'c2' }], criticalPathMs: 40 });
});

test('all calls of a decision start in the same moment', async () => {
  const harness = createHarness({
    decide: () => ({ toolCalls: calls('a', 'a', 'a'), final: true }),
    tools: [timedTool('a', 100, 1)],
  });
  await harness.run();
  expect(harness.ofType('tool.started').map(({ at }) => at)).toEqual([0, 0, 0]);
  expect(harness.clock.elapsed()).toBe(100);
});

describe('what is over with the results of a turn', () => {
  const ending = (ends?: Ends) => ({ ...result('c', 1), ...(ends && { ends }) });
  const over: Ends = { what: 'observation', to: 'b/0' };
  const life: Ends = { what: 'agent', reply: 'bye' };

  test.each<[string, readonly (ToolResult | undefined)[], object]>([
    ['nothing', [ending(), ending()], {}],
    ['nothing before the last of them is there', [ending(life), undefined], {}],
    ['the observation, which another one answers', [ending(), ending(over)], { answered: true }],
    ['its life, with its last answer', [ending(life)], { answered: true, finished: true, reply: 'bye' }],
    ['its life, whatever else is', [ending(life), ending(over)], { answered: true, finished: true, reply: 'bye' }],
    ['its life without a word', [ending({ what: 'agent' })], { answered: true, finished: true }],
  ])('%s', (_, results, changes) => expect(toEnding(results)).toEqual(changes));

  test('is told as its reply, once, when the last call has settled', async () => {
    const ends = (reply: string) =>
      tool('bye', async (_, context) => {
        context.ends = { what: 'agent', reply };
        return true;
      });
    const harness = createHarness({
      decide: () => ({ toolCalls: calls('bye', 'slow') }),
      tools: [ends('over and out'), timedTool('slow', 50, 1)],
      items: [{ template: 'one' }, { template: 'two' }],
    });
    expect(await harness.run()).toBe('finished');
    expect(harness.ofType('agent.replied')).toMatchObject([{ reply: 'over and out', at: 50, observation: 'one' }]);
    expect(harness.ofType('agent.observed')).toHaveLength(1);
    expect(await harness.memory.snapshot('run', 'agent/0')).toMatchObject({ status: 'done', reply: 'over and out' });
  });

  test('is nothing if the call that has said so fails after it', async () => {
    const failing = tool('bye', async (_, context) => {
      context.ends = { what: 'agent' };
      throw new Error('no');
    });
    const harness = createHarness({
      decide: ({ observation }) => (observation.kind === 'results' ? { reply: 'on' } : { toolCalls: calls('bye') }),
      tools: [failing],
      items: [{ template: 'one' }, { template: 'two' }],
    });
    await harness.run();
    expect(harness.ofType('agent.replied')).toHaveLength(2);
  });
});

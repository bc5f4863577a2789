import { expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { takeResult } from '../../src/agent/executing-tools.ts';
import { calls, createHarness, timedTool } from './harness.ts';

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

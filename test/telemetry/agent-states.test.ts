import { expect, test } from 'vitest';
import { createAgentStates } from '../../src/telemetry/agent-states.ts';
import { calls, createHarness, timedTool } from '../agent/harness.ts';

test('tells where every agent is at any time', async () => {
  const harness = createHarness({
    decide: async ({ spec }, context) => {
      await context.sleep(100);
      return spec.index === 0 ? { toolCalls: calls('work'), final: true } : { reply: 'x' };
    },
    tools: [timedTool('work', 100, 1)],
    count: 2,
  });
  const states = createAgentStates();
  const at = (time: number) => {
    for (const event of harness.events.splice(0)) states.onEvent(event);
    return [time, { ...states.counts() }];
  };
  const end = harness.run();
  await harness.clock.sleep(50);
  const none = { observe: 0, decide: 0, 'executing-tools': 0, storing: 0, done: 0, failed: 0, stopped: 0 };
  expect(at(50)).toEqual([50, { ...none, decide: 2 }]);
  await harness.clock.sleep(100);
  expect(at(150)).toEqual([150, { ...none, 'executing-tools': 1, done: 1 }]);
  await end;
  expect(at(200)).toEqual([200, { ...none, done: 2 }]);
});

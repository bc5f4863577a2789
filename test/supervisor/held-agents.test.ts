import { expect, test } from 'vitest';
import { HeldAgents } from '../../src/supervisor/held-agents.ts';
import { asking, callOnce } from '../agent/asking.ts';
import { timedTool } from '../agent/harness.ts';

const CALLS = [
  ['pay', { amount: 1 }],
  ['look', {}],
] as const;

async function start(deadlineMs?: number) {
  const it = asking({
    count: 2,
    decide: (request, context) =>
      callOnce(...(context.agent === 'agent/0' ? CALLS : CALLS.slice(0, 1)))(request, context),
    tools: [timedTool('look', 100, 'x')],
    ...(deadlineMs !== undefined && { approval: { deadlineMs } }),
  });
  const contexts = { get: (agent: string) => ({ context: it.supervisor.view(agent)?.context }) as never };
  const held = new HeldAgents(it.people, contexts);
  void it.run();
  await it.clock.sleep(10);
  return { ...it, held };
}

test('an agent is held when every call it has under way waits for a person', async () => {
  const { held, clock, answer } = await start();
  expect(held.agents()).toEqual(['agent/1']);
  expect([held.isHeld('agent/0'), held.isHeld('agent/1'), held.isHeld('nobody')]).toEqual([false, true, false]);
  expect([held.calls, held.mostOf, held.endless]).toEqual([2, 2, 2]);
  await clock.sleep(200);
  expect(held.agents()).toEqual(['agent/0', 'agent/1']);
  expect(held.stuck()).toEqual(['agent/0', 'agent/1']);
  answer('agent/0:1/1', { answer: 'approve' });
  await clock.sleep(10);
  expect(held.agents()).toEqual(['agent/1']);
  expect(held.waiting()).toEqual([{ agent: 'agent/1', for: 'the approval of pay (call 1/1)' }]);
});

test('those whose deadline decides are not stuck', async () => {
  const { held, clock } = await start(10_000);
  await clock.sleep(200);
  expect(held.agents()).toEqual(['agent/0', 'agent/1']);
  expect([held.stuck(), held.endless]).toEqual([[], 0]);
});

import { expect, test } from 'vitest';
import type { ResumedAgent } from '../../src/agent/context.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { calls, createHarness, timedTool, tool } from '../agent/harness.ts';

const options = {
  count: 3,
  items: [{ template: 'one' }, { template: 'two' }, { template: 'three' }],
  tools: [tool('work', (_: unknown, context: { agent: string }) => `by ${context.agent}`)],
};

test('goes on where each agent was: finished ones stay so, the others neither lose nor repeat a turn', async () => {
  const first = createHarness({
    ...options,
    decide: async ({ observation, spec }, context) => {
      await context.sleep(1_000 * (spec.index + 1));
      if (observation.kind === 'results') return { reply: `got ${observation.text}` };
      return observation.text === 'two' ? { toolCalls: calls('work') } : { reply: observation.text };
    },
  });
  const end = first.run();
  await first.clock.sleep(4_500);
  first.supervisor.drain('asked');
  await end;
  const before = first.ofType('agent.replied').map((event) => `${event.agent} ${event.reply}`);

  const remaining = await findRemaining(first.memory, 'run', first.specs);
  expect(remaining.specs.map((spec) => spec.id)).toEqual(['agent/1', 'agent/2']);
  expect(remaining.before).toEqual({ done: 1, failed: 0, stopped: 0 });

  const second = createHarness({
    ...options,
    store: () => first.memory,
    decide: ({ observation }) => {
      if (observation.kind === 'results') return { reply: `got ${observation.text}` };
      return observation.text === 'two' ? { toolCalls: calls('work') } : { reply: observation.text };
    },
  });
  await new Supervisor(second.env, { ...remaining, keepOpen: false }).run();
  const after = second.ofType('agent.replied').map((event) => `${event.agent} ${event.reply}`);
  expect([...before, ...after].sort()).toEqual(
    ['agent/0', 'agent/1', 'agent/2'].flatMap((agent) => [
      `${agent} got by ${agent}`,
      `${agent} one`,
      `${agent} three`,
    ]),
  );
});

test('results that were not yet observed are observed, in the order of the calls', async () => {
  const first = createHarness({
    decide: () => ({ toolCalls: [...calls('slow', 'quick')] }),
    tools: [timedTool('slow', 20, 'slow'), tool('quick', () => 'quick')],
    group: { limits: { turns: 8, identicalCalls: 2, wallMs: 1e6 } },
  });
  const end = first.run();
  await first.clock.sleep(10);
  first.supervisor.drain('asked');
  await end;
  const { resumed } = await findRemaining(first.memory, 'run', first.specs);
  expect(resumed.get('agent/0')).toMatchObject({
    turn: 1,
    step: 1,
    taken: 1,
    observation: { kind: 'results', text: 'slow\nquick', results: [{ name: 'slow' }, { name: 'quick' }] },
  } satisfies Partial<ResumedAgent> | object);
});

test('a run cut short in the same turn twice has each message once', async () => {
  const tools = [tool('hang', () => new Promise(() => {}), 1e9)];
  const decide = ({ turn }: { turn: number }) => (turn === 1 ? { reply: 'a' } : { toolCalls: calls('hang') });
  const first = createHarness({ decide, tools, items: options.items });
  let left = await findRemaining(first.memory, 'run', first.specs);
  for (let round = 0; round < 2; round++) {
    const harness = createHarness({ decide, tools, store: () => first.memory });
    const supervisor = new Supervisor(harness.env, { ...left, keepOpen: false });
    const end = supervisor.run();
    await harness.clock.sleep(10);
    supervisor.drain('asked');
    await end;
    left = await findRemaining(first.memory, 'run', first.specs);
  }
  const messages = [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'a', toolCalls: [] },
  ];
  expect(left.resumed.get('agent/0')).toMatchObject({ turn: 1, taken: 1, transcript: messages });
  expect(await first.memory.transcript('run', 'agent/0')).toEqual(messages);
});

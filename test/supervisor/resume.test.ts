import { expect, test } from 'vitest';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { calls, createHarness, timedTool, toGoOn, tool } from '../agent/harness.ts';

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
  expect([...remaining.ended.values()]).toEqual(['done']);

  const second = createHarness({
    ...options,
    store: () => first.memory,
    decide: ({ observation }) => {
      if (observation.kind === 'results') return { reply: `got ${observation.text}` };
      return observation.text === 'two' ? { toolCalls: calls('work') } : { reply: observation.text };
    },
  });
  await new Supervisor(second.env, toGoOn(remaining)).run();
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
  expect(resumed.get('agent/0')?.point).toMatchObject({
    turn: 1,
    step: 1,
    taken: 1,
    answered: false,
    results: [{ name: 'slow' }, { name: 'quick' }],
  });
});

test('calls of a turn that was cut short were paid for', async () => {
  const usage = { inputTokens: 10, outputTokens: 5 };
  const first = createHarness({
    items: options.items,
    decide: ({ turn }) => (turn === 1 ? { reply: 'a', usage } : { toolCalls: calls('hang'), usage }),
    tools: [tool('hang', () => new Promise(() => {}), 1e9)],
  });
  const end = first.run();
  await first.clock.sleep(10);
  first.supervisor.drain('asked');
  await end;
  const { spent, spentBy, resumed } = await findRemaining(first.memory, 'run', first.specs);
  expect(spent).toEqual({ calls: 2, inputTokens: 20, outputTokens: 10, usd: 0 });
  expect(spentBy.get('agent/0')).toEqual(spent);
  expect(resumed.get('agent/0')?.spent).toEqual(spent);
});

test('a run cut short in the same turn twice has each message once', async () => {
  const tools = [tool('hang', () => new Promise(() => {}), 1e9)];
  const decide = ({ turn }: { turn: number }) => (turn === 1 ? { reply: 'a' } : { toolCalls: calls('hang') });
  const first = createHarness({ decide, tools, items: options.items });
  let left = await findRemaining(first.memory, 'run', first.specs);
  for (let round = 0; round < 2; round++) {
    const harness = createHarness({ decide, tools, store: () => first.memory });
    const supervisor = new Supervisor(harness.env, toGoOn(left));
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
  expect(left.resumed.get('agent/0')).toMatchObject({ point: { turn: 1, taken: 1 }, transcript: messages });
  expect(await first.memory.transcript('run', 'agent/0')).toEqual(messages);
});

test('says who had ended and how, and how far the run’s time had come', async () => {
  const first = createHarness({
    count: 4,
    decide: async ({ spec }, context) => {
      await context.sleep(1_000 * (spec.index + 1));
      if (spec.index === 1) throw new Error('no');
      return { reply: 'x' };
    },
  });
  const end = first.run();
  await first.clock.sleep(500);
  first.supervisor.stop('agent/2');
  await first.clock.sleep(2_000);
  first.supervisor.drain('asked');
  await first.clock.sleep(100);
  // What is on its way has until the deadline.
  const before = await findRemaining(first.memory, 'run', first.specs);
  expect([...before.ended]).toEqual([
    ['agent/0', 'done'],
    ['agent/1', 'failed'],
    ['agent/2', 'stopped'],
  ]);
  expect(before.storedAt).toBe(2_000);
  await end;
  expect((await findRemaining(first.memory, 'run', first.specs)).storedAt).toBe(4_000);
});

test('of a run that has not begun nobody has ended, and no time has passed', async () => {
  const { memory, specs } = createHarness({ decide: () => ({}), count: 2 });
  expect(await findRemaining(memory, 'run', specs)).toEqual({
    specs,
    admitted: new Map(),
    letters: [],
    spilled: new Map(),
    resumed: new Map(),
    ended: new Map(),
    spentBy: new Map(),
    spent: { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 },
    storedAt: 0,
  });
});

test('one that is stopped before it goes on keeps the turns it had', async () => {
  const first = createHarness({
    items: options.items,
    decide: async (_, context) => {
      await context.sleep(1_000);
      return { reply: 'x' };
    },
  });
  const end = first.run();
  await first.clock.sleep(1_500);
  first.supervisor.drain('asked');
  await end;
  const remaining = await findRemaining(first.memory, 'run', first.specs);
  const second = createHarness({ items: options.items, decide: () => ({ reply: 'y' }), store: () => first.memory });
  const supervisor = new Supervisor(second.env, toGoOn(remaining));
  const secondEnd = supervisor.run();
  supervisor.stop('agent/0');
  await secondEnd;
  expect(second.ofType('agent.ended')).toMatchObject([{ status: 'stopped', turns: 2 }]);
  expect(await first.memory.snapshot('run', 'agent/0')).toMatchObject({ status: 'stopped', turn: 2, taken: 2 });
});

test('those who had ended are still known by their addresses and names, and nobody is taken for them', async () => {
  const group = { observe: { items: [], inbox: true } };
  const others = { b: { count: 3, names: ['Ada', 'Bob', 'Eve'] }, c: { count: 2 } };
  const first = createHarness({ group, others, items: [], keepOpen: true, decide: () => ({ reply: 'x' }) });
  const end = first.run();
  await first.clock.sleep(10);
  for (const agent of ['b/0', 'b/2', 'c/0']) first.supervisor.stop(agent);
  first.supervisor.drain('asked');
  await end;
  const remaining = await findRemaining(first.memory, 'run', first.specs);
  const store = () => first.memory;
  const second = createHarness({
    group,
    others,
    items: [],
    keepOpen: true,
    store,
    remaining,
    decide: () => ({ reply: 'y' }),
  });
  const secondEnd = second.run();
  await second.clock.sleep(10);
  const { office } = second.supervisor;
  const code = 'AGENT_UNKNOWN';
  for (const [address, message] of [
    ['b/0', 'Cannot send to "b/0": the agent has ended'],
    ['Ada', 'Cannot send to "b/0": the agent has ended'],
    ['c', 'Cannot send to "c": the group has 2 members; say which, such as "c/0"'],
    ['b/7', 'Cannot send to "b/7": there is no such agent; "b" has b/0 to b/2'],
  ] as const) {
    expect(() => office.input('user', address, 'hi')).toThrow(expect.objectContaining({ code, message }));
  }
  expect([office.find('Bob', undefined), office.addresses.members('b')]).toEqual(['b/1', ['b/1']]);
  expect(second.ofType('agent.started').map(({ agent }) => agent)).toEqual(['agent/0', 'b/1', 'c/1']);
  second.supervisor.drain('over');
  await secondEnd;
});

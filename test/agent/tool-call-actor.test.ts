import { describe, expect, test } from 'vitest';
import { TOOL_CALLS_MAX } from '../../src/base/limits.ts';
import type { ModelRequest } from '../../src/protocol.ts';
import { withTerms } from '../../src/tools/terms/with-terms.ts';
import { calls, createHarness, timedTool, tool } from './harness.ts';

test('the calls of a decision run side by side, and their results come in the order of the calls', async () => {
  let seen: readonly unknown[] = [];
  const harness = createHarness({
    decide: ({ step, observation }) => {
      if (step === 1) return { toolCalls: calls('slow', 'missing', 'quick') };
      seen = observation.results?.map(({ name, isError }) => [name, isError]) ?? [];
      return { reply: observation.text };
    },
    tools: [timedTool('slow', 800, 'slow'), timedTool('quick', 500, 'quick')],
  });
  await harness.run();
  expect(harness.clock.elapsed()).toBe(800);
  expect(seen).toEqual([
    ['slow', false],
    ['missing', true],
    ['quick', false],
  ]);
  expect(harness.ofType('agent.replied')[0]?.reply).toBe(
    'slow\n{"error":"Cannot call tool \\"missing\\": this agent has none of that name"}\nquick',
  );
});

test('each has its own deadline', async () => {
  const harness = createHarness({
    decide: () => ({ toolCalls: calls('hang', 'fine'), final: true }),
    tools: [tool('hang', () => new Promise(() => {}), 250), timedTool('fine', 400, 1)],
  });
  await harness.run();
  expect(harness.ofType('tool.finished').map(({ at, result }) => [at, result.name, result.isError])).toEqual([
    [250, 'hang', true],
    [400, 'fine', false],
  ]);
});

test('each has its own chance, the same in every run', async () => {
  const draw = async () => {
    const harness = createHarness({
      decide: () => ({ toolCalls: calls('dice', 'dice'), final: true }),
      tools: [tool('dice', (_, context) => context.random.next())],
      count: 3,
    });
    await harness.run();
    return harness.ofType('tool.finished').map(({ result }) => result.content);
  };
  const drawn = await draw();
  expect(new Set(drawn).size).toBe(6);
  expect(await draw()).toEqual(drawn);
});

test('a decision with more calls than there may be runs none, and the model is told', async () => {
  let ran = 0;
  const harness = createHarness({
    decide: ({ observation }) => {
      const count = observation.kind === 'correction' ? TOOL_CALLS_MAX : TOOL_CALLS_MAX + 5;
      return { toolCalls: calls(...Array(count).fill('count')), final: true };
    },
    tools: [tool('count', () => ++ran)],
  });
  await harness.run();
  expect(harness.ofType('agent.observed').map(({ observation }) => observation.kind)).toEqual([
    'observation',
    'correction',
  ]);
  expect(ran).toBe(TOOL_CALLS_MAX);
  expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'done' }]);
});

test('a tool knows its agent and row, and only the tools of its group exist', async () => {
  const harness = createHarness({
    decide: ({ spec }) => ({ toolCalls: calls('who', spec.index === 0 ? 'who' : 'other'), final: true }),
    tools: [tool('who', (_, context) => context.agent), tool('other', () => 'secret')],
    group: { tools: ['who'] },
    count: 2,
  });
  await harness.run();
  expect(harness.ofType('tool.finished').map(({ result }) => result.content)).toEqual(
    expect.arrayContaining(['agent/0', 'agent/1', { error: expect.stringContaining('other') }]),
  );
  expect(JSON.stringify(harness.events)).not.toContain('secret');
});

describe('what a call says to others', () => {
  const listening = { others: { b: { count: 2 }, c: {} }, group: { observe: { items: [], inbox: true } } };
  const heard = ({ ofType }: ReturnType<typeof createHarness>) =>
    ofType('agent.observed')
      .flatMap(({ agent, observation: { message } }) => (message === undefined ? [] : [`${agent} ${message.body}`]))
      // Stable: of each agent in the order in which it heard it.
      .sort((one, other) => one.slice(0, 3).localeCompare(other.slice(0, 3)));
  /** Calls it for its own observation, and says what it hears of others. */
  const decide = ({ spec, observation }: ModelRequest) =>
    spec.group.name === 'agent' && observation.kind === 'observation'
      ? { toolCalls: calls('say') }
      : { reply: `${spec.id} heard ${observation.text}` };

  test('is several things, also to the same one, by whichever way it gets at the mail', async () => {
    const harness = createHarness({
      ...listening,
      decide,
      tools: [
        tool('say', async (_, context) => {
          await context.mail.send('b/0', 'one');
          await context.mail.send('b/0', 'two');
          await context.mail.send('b/0', 'two');
          const both = await Promise.all([context.mail.ask('b/1', 'how'), context.mail.ask('c', 'and you')]);
          return both.map(({ text }) => text);
        }),
      ],
    });
    expect(await harness.run()).toBe('finished');
    expect(heard(harness)).toEqual(['b/0 one', 'b/0 two', 'b/0 two', 'b/1 how', 'c/0 and you']);
    expect(harness.ofType('tool.finished')[0]?.result.content).toEqual(['b/1 heard how', 'c/0 heard and you']);
  });

  test('is said once, however often it is tried', async () => {
    let tries = 0;
    const say = tool('say', async (_, { mail }) => {
      await mail.send('b/0', 'one');
      const { text } = await mail.ask('c', 'how');
      await mail.send('b/0', 'two');
      if (++tries < 3) throw new Error('not yet');
      await mail.send('b/0', 'three');
      return text;
    });
    const harness = createHarness({
      ...listening,
      decide,
      tools: withTerms('say', [{ ...say, effects: 'idempotent' }], { retries: 5 }),
    });
    expect(await harness.run()).toBe('finished');
    expect(tries).toBe(3);
    expect(heard(harness)).toEqual(['b/0 one', 'b/0 two', 'b/0 three', 'c/0 how']);
    expect(harness.ofType('tool.finished')[0]?.result.content).toBe('c/0 heard how');
  });
});

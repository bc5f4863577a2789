import { expect, test } from 'vitest';
import { createRunBudgets } from '../../src/conduct/run-budgets.ts';
import { defineModel } from '../../src/model/define-model.ts';
import type { RunOptions } from '../../src/run.ts';
import { startScenario } from '../../src/run-scenario.ts';
import { createHarness } from '../agent/harness.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function budgetsOf(budget: object | undefined, ended: readonly string[] = []) {
  const { env, specs } = createHarness({ decide: () => ({}), count: 3 });
  const spent = { calls: 2, inputTokens: 10, outputTokens: 5, usd: 0 };
  const remaining = {
    spentBy: new Map(specs.slice(0, 2).map(({ id }) => [id, spent])),
    ended: new Map(ended.map((agent) => [agent, 'done' as const])),
  };
  const scenario = { agents: { agent: specs[0]!.group }, ...(budget && { budget }) };
  return createRunBudgets(env.clock, { scenario, specs, remaining } as never, () => undefined);
}

test('there are none if nothing is limited', async () => {
  expect(await budgetsOf(undefined)).toBeUndefined();
});

test('what agents have spent before counts, of those that have ended too', async () => {
  const budgets = await budgetsOf({ calls: 100, tokens: 1_000, atLimit: 'stop' }, ['agent/0']);
  const used = budgets?.view().map(({ scope, limit, used: amount }) => [scope, limit, amount]);
  expect(used).toEqual(
    expect.arrayContaining([
      ['run', 'tokens', 30],
      ['run', 'calls', 4],
    ]),
  );
  expect(budgets?.spent('agent/1').calls).toBe(2);
  expect(budgets?.spent('agent/0').calls).toBe(0);
});

/** One agent fails at 100 ms, and all start again; the others are asked for `othersMs`. */
function startTogether(atLimit: string, othersMs = 200, options: RunOptions = {}) {
  const model = defineModel({
    name: 'm',
    async decide({ spec }, context) {
      if (spec.group.name === 'others') await context.sleep(othersMs);
      else if (await context.sleep(100).then(() => context.clock.elapsed() < 150)) throw new Error('no');
      return 'done';
    },
  });
  const scenario = {
    name: 's',
    supervision: { strategy: 'one_for_all', shutdown: '5s' },
    models: { m: { provider: 'code' } },
    agents: {
      one: { count: 1, model: 'm', observe: 'x' },
      others: { count: 2, model: 'm', observe: ['x', 'y'], budget: { calls: 1, at_limit: atLimit } },
    },
    memory: { store: 'in-memory' },
  };
  return startScenario(scenario, { virtual: true, models: [model], ...options });
}

test.each([
  ['stop', { done: 1, stopped: 2 }, 300],
  ['finish', { done: 3, stopped: 0 }, 300],
])('one that ends for want of a budget (%s) is not waited for by those that start again', async (atLimit, agents, ms) => {
  const summary = await (await startTogether(atLimit)).finished;
  expect(summary).toMatchObject({ status: 'done', agents, virtualMs: ms });
});

test('one that waits for a larger budget is at rest, also when a message has come', async () => {
  const run = await startTogether('pause', 0, {
    onEvent: ({ type, at }) => {
      if (type === 'agent.paused' && at === 0) queueMicrotask(() => void run.send({ type: 'run.send', text: 'hi' }));
    },
  });
  const started: number[] = [];
  run.subscribe(({ type, at }) => type === 'agent.started' && started.push(at));
  expect((await run.finished).status).toBe('interrupted');
  expect(started).toEqual([0, 0, 0, 100, 100, 100]);
});

test('time that an agent has waited for a larger budget is none of its observation', async () => {
  const data = temporaryFolder();
  const model = defineModel({
    name: 'm',
    async decide({ spec, step }, context) {
      await context.sleep(spec.group.name === 'long' ? 100_000 : 10);
      return spec.group.name === 'long' || step > 1
        ? 'done'
        : { toolCalls: [{ name: 'calculate', args: { expression: '1' } }] };
    },
  });
  const toScenario = (calls: number) => ({
    name: 's',
    models: { m: { provider: 'code' } },
    tools: { calculate: { builtin: 'calculate' } },
    limits: { wall: '60s' },
    agents: {
      short: { count: 1, model: 'm', tools: ['calculate'], observe: 'x', budget: { calls, at_limit: 'pause' } },
      long: { count: 1, model: 'm', observe: 'x', limits: { wall: '5m' } },
    },
  });
  const options = { virtual: true, models: [model], data };
  const first = await startScenario(toScenario(1), options);
  expect((await first.finished).status).toBe('interrupted');
  await first.close();
  const second = await startScenario(toScenario(2), { ...options, resume: first.record });
  expect(await second.finished).toMatchObject({ status: 'done', agents: { done: 2 } });
  await second.close();
});

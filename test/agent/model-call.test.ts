import { expect, test } from 'vitest';
import { ModelCall } from '../../src/agent/model-call.ts';
import { defineModel } from '../../src/model/define-model.ts';
import type { ModelContext } from '../../src/model/model.ts';
import type { AgentSpec, RunEvent } from '../../src/protocol.ts';
import { startScenario } from '../../src/run-scenario.ts';
import { createHarness } from './harness.ts';

const streaming = defineModel({
  name: 'm',
  async decide(_, context) {
    const { onText } = context;
    for (const word of ['one ', 'two ', 'three']) {
      onText?.(word);
      await context.sleep(60);
    }
    return onText === undefined ? 'nobody watches' : 'one two three';
  },
});

async function run(watches: (agent: string) => boolean) {
  const scenario = { name: 's', agents: { a: { count: 2, model: 'm', observe: 'x' } }, memory: { store: 'in-memory' } };
  const run = await startScenario(scenario, { virtual: true, models: [streaming] });
  const events: RunEvent[] = [];
  run.subscribe((event) => events.push(event));
  run.watch(watches);
  await run.finished;
  return events.flatMap((event) => {
    if (event.type === 'agent.streamed') return [[event.agent, event.at, event.text]];
    return event.type === 'agent.replied' ? [[event.agent, event.at, event.reply]] : [];
  });
}

test('text is told as it comes while somebody watches the agent, coalesced, and whole before the decision', async () => {
  expect(await run((agent) => agent === 'a/1')).toEqual([
    ['a/1', 100, 'one two '],
    ['a/0', 180, 'nobody watches'],
    ['a/1', 180, 'three'],
    ['a/1', 180, 'one two three'],
  ]);
  expect((await run(() => false)).map(([, , text]) => text)).toEqual(['nobody watches', 'nobody watches']);
});

test('a call of an agent that was stopped meanwhile asks nobody', async () => {
  const harness = createHarness({ decide: () => ({ reply: 'x' }) });
  const { specs, env } = harness;
  const { createContext } = await import('../../src/agent/context.ts');
  const told: unknown[] = [];
  const call = new ModelCall(env, createContext({ spec: specs[0]! }), (event) => told.push(event));
  call.abort();
  call.admit();
  await harness.clock.sleep(10);
  expect(told).toEqual([]);
});

test('works for the user of its agent', async () => {
  const { specs, env } = createHarness({ decide: () => ({ reply: 'x' }) });
  const { createContext } = await import('../../src/agent/context.ts');
  const userOf = (spec: AgentSpec) => new ModelCall(env, createContext({ spec }), () => undefined).user;
  expect([userOf(specs[0]!), userOf({ ...specs[0]!, user: 'ada' })]).toEqual([undefined, 'ada']);
});

test('of a call that is aborted no more text is told', async () => {
  const facts: string[] = [];
  const { env, specs } = createHarness({
    decide: (_, context) => {
      (context as unknown as ModelContext).onText?.('half a sen');
      return new Promise(() => {});
    },
  });
  const { createContext } = await import('../../src/agent/context.ts');
  const watched = { ...env, isWatched: () => true, emit: ({ type }: { type: string }) => void facts.push(type) };
  const call = new ModelCall(watched, createContext({ spec: specs[0]! }), () => undefined);
  call.admit();
  await env.clock.sleep(10);
  call.abort();
  await env.clock.sleep(1_000);
  expect(facts).toEqual([]);
});

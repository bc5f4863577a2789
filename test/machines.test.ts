import { expect, test } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { createAgentMachine } from '../src/agent/machine.ts';
import { describeMachines } from '../src/machines.ts';
import { createSupervisorMachine } from '../src/supervisor/chart.ts';

const machines = describeMachines();

test('they are those of the machines that run, in plain JSON without the context', () => {
  const { context, ...agent } = createAgentMachine({} as never).config as { context?: unknown };
  expect(context).toBeTypeOf('function');
  expect(machines.agent).toEqual(agent);
  expect(machines.supervisor).toEqual(createSupervisorMachine({ drain: () => {}, stop: () => {} }).config);
  expect(JSON.parse(JSON.stringify(machines))).toEqual(machines);
});

test('guards and actions stand there by name', () => {
  expect(machines.agent).toMatchObject({
    id: 'agent',
    initial: 'observe',
    states: { decide: { entry: 'startDecision' }, failed: { type: 'final' } },
    on: { message: { guard: 'isNewMessage', actions: ['stir', 'noteMessage'] } },
  });
  expect(machines.supervisor).toMatchObject({
    states: { running: { on: { drain: { target: 'draining', actions: 'drain' } } }, stopped: { entry: 'stop' } },
  });
});

test('XState loads them', () => {
  const supervisor = createMachine(machines.supervisor as never);
  const actor = createActor(supervisor.provide({ actions: { drain: () => {}, stop: () => {} } })).start();
  for (const type of ['started', 'drain', 'emptied']) actor.send({ type });
  expect(actor.getSnapshot()).toMatchObject({ value: 'stopped', status: 'done' });
  const agent = createMachine(machines.agent as never);
  expect(Object.keys(agent.states)).toEqual(Object.keys(createAgentMachine({} as never).states));
  expect(agent.events).toEqual(createAgentMachine({} as never).events);
});

import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { createAgentLogic } from '../../src/agent/machine.ts';
import { Child } from '../../src/supervisor/child.ts';
import { createHarness } from '../agent/harness.ts';

/** An agent that waits for messages, and what its child tells. */
function start(decide: () => object = () => ({ reply: 'x' })) {
  const { env, specs, clock } = createHarness({
    decide,
    items: [],
    group: { observe: { items: [], inbox: true } },
    keepOpen: true,
  });
  const spec = specs[0]!;
  const told: string[] = [];
  const actor = createActor(createAgentLogic({ ...env, idle: () => told.push('idle') }), { input: { spec } });
  const child = new Child(spec, actor, {
    woken: () => told.push('woken'),
    ended: () => told.push('ended'),
    faulted: (_, thrown) => told.push(`faulted: ${thrown}`),
  });
  actor.subscribe(child);
  return { child, actor, told, clock };
}

test('before its actor has started it has a context and no messages', () => {
  const { child } = start();
  expect(child.waiting()).toBe(0);
  expect(child.context).toMatchObject({ turn: 0, paused: false });
});

test('a message wakes it, a pause does not, and resuming does', () => {
  const { child, actor, told } = start();
  actor.start();
  child.pause();
  expect([child.context.paused, told.splice(0)]).toEqual([true, ['idle']]);
  child.receive({ id: 'm', from: 'user', to: 'agent/0', body: 'hi', at: 0 });
  expect([child.waiting(), told.splice(0)]).toEqual([1, ['woken', 'idle']]);
  child.resume();
  expect([child.waiting(), child.view().value, told.splice(0)]).toEqual([0, 'decide', ['woken']]);
});

test('its view has the name and the session of its actor', () => {
  const { child, actor } = start();
  actor.start();
  expect(child.view()).toMatchObject({
    agent: 'agent/0',
    sessionId: actor.sessionId,
    status: 'active',
    value: 'observe',
  });
});

test('tells when its actor ends, or throws', async () => {
  const failing = start(() => Promise.reject(new Error('no model')));
  failing.actor.start();
  failing.child.receive({ id: 'm', from: 'user', to: 'agent/0', body: 'hi', at: 0 });
  await failing.clock.sleep(1);
  expect(failing.told.at(-1)).toBe('ended');
  failing.child.error(new Error('broken'));
  expect(failing.told.at(-1)).toBe('faulted: Error: broken');
});

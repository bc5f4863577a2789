import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import { createAgentLogic } from '../../src/agent/machine.ts';
import { Child } from '../../src/supervisor/child.ts';
import { createHarness } from '../agent/harness.ts';
import { toMessage } from '../messages.ts';

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
    elapsed: () => clock.elapsed(),
    woken: () => told.push('woken'),
    ended: () => told.push('ended'),
    faulted: (_, thrown) => told.push(`faulted: ${thrown}`),
  });
  actor.subscribe(child);
  return { child, actor, told, clock };
}

test('before its actor has started it has a context and no messages', () => {
  const { child } = start();
  expect([child.waiting(), child.wouldAdd(toMessage({}))]).toEqual([0, true]);
  expect(child.context).toMatchObject({ turn: 0, paused: false });
});

test('a message wakes it, a pause does not, and resuming does', () => {
  const { child, actor, told } = start();
  actor.start();
  child.pause();
  expect([child.context.paused, told.splice(0)]).toEqual([true, ['idle']]);
  child.receive(toMessage({ from: 'user', to: 'agent/0' }));
  expect([child.waiting(), told.splice(0)]).toEqual([1, ['woken', 'idle']]);
  child.receive(toMessage({ from: 'user', to: 'agent/0' }));
  expect([child.waiting(), told.splice(0)]).toEqual([1, []]);
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
  failing.child.receive(toMessage({ from: 'user', to: 'agent/0' }));
  await failing.clock.sleep(1);
  expect(failing.told.at(-1)).toBe('ended');
  failing.child.error(new Error('broken'));
  expect(failing.told.at(-1)).toBe('faulted: Error: broken');
});

test('gives up its oldest message, and writes that down', () => {
  const { child, actor } = start();
  actor.start();
  child.pause();
  expect(child.dropOldest()).toEqual([]);
  for (const id of ['m1', 'm2']) child.receive(toMessage({ id, from: 'user', to: 'agent/0' }));
  const dropped = () => child.dropOldest().map(({ id }) => id);
  expect([dropped(), child.waiting()]).toEqual([['m1'], 1]);
  expect(child.context.work.journal).toMatchObject([{ type: 'dropped', message: 'm1', reason: 'dropped' }]);
  expect([dropped(), child.waiting()]).toEqual([['m2'], 0]);
  const [first, second] = [0, 1].map((index) => toMessage({ id: `p${index}`, part: { batch: 'b', index, of: 2 } }));
  child.receive(first!);
  expect([child.waiting(), child.wouldAdd(second!), child.wouldAdd(first!), dropped()]).toEqual([0, true, false, []]);
  child.receive(second!);
  expect([child.waiting(), dropped(), child.waiting()]).toEqual([1, ['p0', 'p1'], 0]);
});

describe('when nothing more will come', () => {
  test('it ends if it has nothing to do, and says that it is because of that', () => {
    const { child, actor, told } = start();
    actor.start();
    const during: boolean[] = [];
    actor.subscribe({ complete: () => during.push(child.isClosing) });
    expect([child.close(), child.isClosing]).toEqual([true, true]);
    expect([told.at(-1), during]).toEqual(['ended', [true]]);
    expect(child.view()).toMatchObject({ status: 'done', value: 'done' });
  });

  test('it goes on if it has something to do', () => {
    const { child, actor } = start(() => new Promise(() => {}));
    actor.start();
    child.receive(toMessage({ from: 'user', to: 'agent/0' }));
    expect([child.close(), child.isClosing]).toEqual([false, false]);
    expect(child.view()).toMatchObject({ status: 'active', value: 'decide' });
  });
});

import { expect, test } from 'vitest';
import type { Child } from '../../src/supervisor/child.ts';
import { Nursery } from '../../src/supervisor/nursery.ts';
import { createHarness } from '../agent/harness.ts';

test('makes actors of one system, and takes them away with what they have under way', async () => {
  const { env, specs, clock } = createHarness({ count: 2, decide: () => new Promise(() => {}) });
  const ended: string[] = [];
  const parent = {
    elapsed: () => clock.elapsed(),
    woken() {},
    faulted() {},
    ended: (child: Child) => void ended.push(child.spec.id),
  };
  const nursery = new Nursery(env, parent);
  const [first, second] = specs.map((spec) => nursery.make({ spec }));
  expect(first!.actor.system).toBe(second!.actor.system);
  first!.actor.start();
  await clock.sleep(1);
  const [call] = first!.context.work.inFlight;
  expect(call?.isAborted).toBe(false);
  nursery.halt(first!);
  expect(call?.isAborted).toBe(true);
  expect(first!.actor.getSnapshot().status).toBe('stopped');
  expect(() => nursery.halt(first!)).not.toThrow();
});

import { beforeEach, describe, expect, test } from 'vitest';
import type { RunFact } from '../../src/protocol.ts';
import { Ending } from '../../src/supervisor/ending.ts';
import { createHarness } from '../agent/harness.ts';

/** A fleet of agents by name, of which nothing is real but what the ending asks for. */
function createFleet({ keepOpen = false } = {}) {
  const { env, clock } = createHarness({ decide: () => ({}) });
  const facts: RunFact[] = [];
  const done: string[] = [];
  const running = new Set(['a', 'b', 'c']);
  const idle = new Set<string>();
  const paused = new Set<string>();
  const fleet = {
    directory: {
      ids: () => [...running],
      get size() {
        return running.size;
      },
    },
    idle,
    paused,
    passivation: { ids: () => ['asleep'], size: 0, stop: () => void done.push('passivation stopped') },
    restarter: { stop: () => ['restarting'] },
    isSettled: () => true,
    stop: (agents: readonly string[]) => {
      done.push(`stop ${agents.join(' ')}`);
      for (const agent of agents) running.delete(agent);
    },
    dismiss: (agents: readonly string[]) => void done.push(`dismiss ${agents.join(' ')}`),
    drain: (reason: string) => {
      done.push(`drain: ${reason}`);
      ending.begin(reason);
    },
    emptied: () => void done.push('emptied'),
  };
  const ending: Ending = new Ending({ ...env, emit: (fact) => facts.push(fact) }, fleet, {
    keepOpen,
    shutdownMs: 100,
  });
  return { ending, clock, facts, done, running, idle, paused, fleet };
}

describe('an ending', () => {
  let it: ReturnType<typeof createFleet>;
  beforeEach(() => {
    it = createFleet();
  });

  test('comes when nobody is left', () => {
    it.ending.check();
    expect(it.done).toEqual([]);
    it.running.clear();
    it.ending.check();
    expect(it.done).toEqual(['emptied']);
    expect(it.ending.end).toBe('finished');
  });

  test('everybody waits for a message: the run has stalled, unless somebody may still send', () => {
    for (const { idle } of [it, createFleet({ keepOpen: true })]) for (const agent of 'abc') idle.add(agent);
    it.ending.check();
    expect(it.ending.end).toBe('stalled');
    expect(it.facts).toMatchObject([{ type: 'run.stalled', waiting: [{ agent: 'a' }, {}, {}, { agent: 'asleep' }] }]);
    expect(it.done).toEqual(['dismiss asleep', 'stop a b c']);
    const open = createFleet({ keepOpen: true });
    for (const agent of 'abc') open.idle.add(agent);
    open.ending.check();
    expect(open.done).toEqual([]);
  });

  test('somebody is paused by hand: it waits', () => {
    for (const agent of 'abc') it.idle.add(agent);
    it.paused.add('b');
    it.ending.check();
    expect(it.done).toEqual([]);
  });

  test('everybody left waits for a larger budget: the run is put down, to be gone on with', async () => {
    for (const agent of 'ab') it.idle.add(agent);
    for (const agent of 'bc') it.ending.park(agent);
    it.paused.add('b').add('c');
    it.ending.check();
    expect(it.done).toEqual(['drain: a budget is used up', 'passivation stopped', 'dismiss restarting asleep']);
    expect(it.ending.isDraining).toBe(true);
    await it.clock.sleep(1);
    expect(it.done.at(-1)).toBe('stop c b a');
  });

  test('one that goes on again is not waited for', () => {
    for (const agent of 'ab') it.idle.add(agent);
    it.ending.park('c');
    it.ending.unpark('c');
    it.ending.check();
    expect(it.done).toEqual([]);
  });

  test('given up, it allows less time, and says why', async () => {
    it.ending.giveUp({ code: 'RESTARTS_EXCEEDED', message: 'too many' });
    expect(it.ending.end).toBe('escalated');
    expect(it.ending.failure?.code).toBe('RESTARTS_EXCEEDED');
    await it.clock.sleep(101);
    expect(it.done.at(-1)).toBe('stop c b a');
  });

  test('finished in time, nobody is stopped any more', async () => {
    it.ending.begin('asked');
    await it.clock.sleep(1);
    const { length } = it.done;
    it.ending.finish();
    await it.clock.sleep(10_000);
    expect(it.done).toHaveLength(length);
  });
});

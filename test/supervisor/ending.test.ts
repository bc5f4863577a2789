import { beforeEach, describe, expect, test } from 'vitest';
import { LOOP_SLICE } from '../../src/base/limits.ts';
import type { RunFact, Waiting } from '../../src/protocol.ts';
import { Ending } from '../../src/supervisor/ending.ts';
import { createHarness } from '../agent/harness.ts';

/** A fleet of agents by name, of which nothing is real but what the ending asks for. */
function createFleet({
  keepOpen = false,
  hasWorked = false,
  mayGrow = false,
  unfinished = [] as readonly Waiting[],
  held = { agents: [] as string[], stuck: [] as string[], calls: 0, endless: 0 },
  isLive = false,
  staysForPeople = false,
} = {}) {
  const it = { hasWorked, mayGrow, unfinished };
  const { env, clock } = createHarness({ decide: () => ({}) });
  const facts: RunFact[] = [];
  const done: string[] = [];
  const running = new Set(['a', 'b', 'c']);
  const idle = new Set<string>();
  const paused = new Set<string>();
  const asleep = new Set(['asleep']);
  const fleet = {
    directory: {
      ids: () => [...running],
      get size() {
        return running.size;
      },
    },
    idle,
    paused,
    passivation: {
      ids: () => [...asleep],
      get size() {
        return asleep.size;
      },
      stop: () => void done.push('passivation stopped'),
    },
    restarter: { stop: () => ['restarting'] },
    isSettled: () => true,
    hasWorked: () => it.hasWorked,
    mayGrow: () => it.mayGrow,
    unfinished: () => it.unfinished,
    held: {
      ...held,
      agents: () => held.agents,
      stuck: () => held.stuck,
      mostOf: held.agents.length,
    },
    close: (agents: readonly string[]) => {
      done.push(`close ${agents.join(' ')}`);
      for (const agent of agents) {
        running.delete(agent);
        idle.delete(agent);
        asleep.delete(agent);
      }
    },
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
  // Only what it is called is that of a real one.
  if (isLive) Object.defineProperty(clock, 'kind', { value: 'real' });
  const own = { ...env, emit: (fact: RunFact) => facts.push(fact) };
  const ending: Ending = new Ending(own, fleet, { isOpen: () => keepOpen, staysForPeople, shutdownMs: 100 });
  return { ending, clock, facts, done, running, idle, paused, asleep, fleet, it };
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
    it.asleep.clear();
    it.ending.check();
    expect(it.done).toEqual(['emptied']);
    expect(it.ending.end).toBe('finished');
  });

  test('does not come when nobody is left as long as somebody may come for whom there is a place', () => {
    const desk = createFleet({ keepOpen: true, mayGrow: true });
    desk.running.clear();
    desk.asleep.clear();
    desk.ending.check();
    expect(desk.done).toEqual([]);
    desk.it.mayGrow = false;
    desk.ending.check();
    expect(desk.done).toEqual(['emptied']);
  });

  test('comes when nobody is left and nobody outside may bring anybody, or the run is ended', () => {
    for (const keepOpen of [false, true]) {
      const desk = createFleet({ keepOpen, mayGrow: true });
      desk.running.clear();
      desk.asleep.clear();
      if (keepOpen) desk.ending.begin('asked');
      desk.ending.check();
      expect(desk.done.at(-1)).toBe('emptied');
    }
  });

  test('nobody has ever had anything to do: the run has stalled, unless somebody may still send', () => {
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

  test('what nobody waits for is done: those that run, then those that sleep, and then nobody is left', async () => {
    const worked = createFleet({ hasWorked: true });
    for (const agent of 'abc') worked.idle.add(agent);
    worked.ending.check();
    await worked.clock.sleep(1);
    expect(worked.done).toEqual(['close a b c', 'close asleep', 'emptied']);
    expect([worked.ending.end, worked.facts]).toEqual(['finished', []]);
  });

  test('so many end at once, and the event loop has its turn in between', async () => {
    const worked = createFleet({ hasWorked: true });
    worked.running.clear();
    for (let i = 0; i <= LOOP_SLICE; i++) {
      worked.running.add(`${i}`);
      worked.idle.add(`${i}`);
    }
    worked.ending.check();
    expect(worked.running.size).toBe(1);
    await worked.clock.sleep(1);
    expect([worked.running.size, worked.done.length]).toEqual([0, 4]);
  });

  test('somebody waits for what nobody will give: the run has stalled, and says for what', () => {
    const unfinished = [{ agent: 'b', for: 'an answer from c' }];
    const worked = createFleet({ hasWorked: true, unfinished });
    for (const agent of 'abc') worked.idle.add(agent);
    worked.ending.check();
    expect(worked.ending.end).toBe('stalled');
    const others = ['a', 'c', 'asleep'].map((agent) => ({ agent, for: 'a message' }));
    expect(worked.facts).toEqual([{ type: 'run.stalled', waiting: [...unfinished, ...others] }]);
    expect(worked.done).toEqual(['dismiss asleep', 'stop a b c']);
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
    expect(it.done).toEqual([
      'drain: a budget is used up',
      'passivation stopped',
      'dismiss restarting',
      'dismiss asleep',
    ]);
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

describe('a run that has got where it was to get', () => {
  test('is done: turns finish, those that rest end as done, and no time is left to those that do not', async () => {
    const it = createFleet({ hasWorked: true });
    for (const agent of 'ab') it.idle.add(agent);
    it.fleet.drain = (reason) => it.ending.begin(reason);
    it.ending.conclude('the last round is over');
    expect(it.facts).toEqual([{ type: 'run.draining', reason: 'the last round is over' }]);
    expect(it.ending.isDraining).toBe(true);
    await it.clock.sleep(1);
    expect(it.done).toEqual(['passivation stopped', 'dismiss restarting', 'close asleep', 'close b a']);
    it.ending.rest(['c']);
    expect([it.done.at(-1), it.ending.end]).toEqual(['close c', 'finished']);
  });

  test('that was ended before stays as it was', () => {
    const it = createFleet({ hasWorked: true });
    it.ending.begin('asked');
    it.fleet.drain = () => undefined;
    it.ending.conclude('the last round is over');
    it.ending.rest(['c']);
    expect([it.done.at(-1), it.ending.end]).toEqual(['stop c', 'drained']);
  });
});

describe('calls that wait for a person', () => {
  const HELD = { agents: ['b', 'c'], stuck: ['b', 'c'], calls: 3, endless: 3 };
  const drained = (calls: string) => `drain: ${calls}`;

  test.each([
    ['3 calls wait for a person', HELD],
    ['1 call waits for a person', { ...HELD, calls: 1, endless: 1 }],
    // No process stays for a deadline when there are others without one.
    ['2 calls wait for a person', { agents: ['b', 'c'], stuck: ['b'], calls: 2, endless: 1 }],
  ])('end a live run in which nobody can answer: %s', (reason, held) => {
    const it = createFleet({ hasWorked: true, isLive: true, held });
    it.idle.add('a');
    it.ending.check();
    expect(it.done[0]).toBe(drained(reason));
    expect(it.ending.end).toBe('drained');
  });

  test.each([
    ['somebody can answer', { isLive: true, staysForPeople: true, held: HELD }, 'a'],
    ['somebody may send besides', { isLive: true, keepOpen: true, held: HELD }, 'a'],
    ['deadlines will decide', { isLive: true, held: { ...HELD, stuck: [], endless: 0 } }, 'a'],
    ['deadlines will decide in a rehearsal', { held: { ...HELD, stuck: ['b'], endless: 1 } }, 'a'],
    ['somebody else has something to do', { isLive: true, held: HELD }, ''],
  ])('let the run go on when %s', (_, options, idle) => {
    const it = createFleet({ hasWorked: true, ...options });
    if (idle !== '') it.idle.add(idle);
    it.ending.check();
    expect(it.done).toEqual([]);
  });

  test('let a rehearsal stall, which says who waits for what', () => {
    const unfinished = [{ agent: 'b', for: 'the approval of pay (call 1/1)' }];
    const it = createFleet({ hasWorked: true, held: HELD, unfinished });
    it.idle.add('a');
    it.ending.check();
    expect(it.ending.end).toBe('stalled');
    expect(it.facts).toMatchObject([
      { type: 'run.stalled', waiting: [unfinished[0], { agent: 'a' }, { agent: 'asleep' }] },
    ]);
    expect(it.done).toEqual(['dismiss asleep', 'stop a b c']);
  });

  test('are put down with a run that is ended', async () => {
    const it = createFleet({ hasWorked: true, held: HELD });
    it.ending.begin('asked');
    await it.clock.sleep(1);
    expect(it.done.at(-1)).toBe('stop c b');
  });
});

import { describe, expect, test } from 'vitest';
import { type AgentContext, createContext } from '../../src/agent/context.ts';
import { noteMessage } from '../../src/agent/observe.ts';
import { type ResumedAgent, START } from '../../src/agent/resumed-agent.ts';
import type { AgentSpec } from '../../src/protocol.ts';
import type { Child } from '../../src/supervisor/child.ts';
import { Departures, type Household } from '../../src/supervisor/departures.ts';
import { createDirectory } from '../../src/supervisor/directory.ts';
import { createHarness } from '../agent/harness.ts';
import { toMessage } from '../messages.ts';

const error = { code: 'MODEL_FAILED', message: 'no' };
const cause = toMessage({ id: 'q', kind: 'ask', to: 'agent/0' });

/** Three agents that are known, of which some run, and everything that their departures touch. */
function setUp({ isDraining = false } = {}) {
  const { env, specs, memory, clock, ofType } = createHarness({ decide: () => ({}), count: 3, items: [] });
  const told: unknown[][] = [];
  const asleep = new Set<string>();
  const lives = new Map<string, ResumedAgent>();
  const directory = createDirectory<Child>();
  for (const { id } of specs) directory.reserve(id);
  const household = {
    directory,
    idle: new Set<string>(),
    paused: new Set<string>(),
    vacated: new Map<string, AgentSpec>(),
    office: {
      unanswered: (...told_: unknown[]) => told.push(['unanswered', ...told_]),
      left: (agent: string, mail: Iterable<{ id: string }>, taken?: number) =>
        told.push(['left', agent, [...mail].map(({ id }) => id), taken]),
      drained: (agent: string) => told.push(['drained', agent]),
    },
    passivation: {
      forget: (agent: string) => asleep.delete(agent),
      end: async (agent: string, status = 'stopped') => void told.push(['written', agent, status]),
    },
    restarter: { forget: (agent: string) => lives.get(agent) },
    unpark: (agent: string) => told.push(['unparked', agent]),
    stop: (agents: readonly string[]) => told.push(['stopped', ...agents]),
    check: () => told.push(['check']),
  };
  const departures = new Departures({ ...env, isDraining: () => isDraining }, household as unknown as Household);
  /** One that runs. */
  const enter = (index: number, changes: Partial<AgentContext> = {}, closes = true): Child => {
    const spec = specs[index]!;
    const context = { ...createContext({ spec }), ...changes };
    const child = { spec, context, close: () => closes, waiting: () => context.work.mailbox?.size ?? 0 };
    directory.enter(spec.id, child as unknown as Child);
    return child as unknown as Child;
  };
  const ended = () => ofType('agent.ended').map(({ seq, at, ...event }) => event);
  return { env, departures, household, directory, specs, memory, clock, told, asleep, lives, enter, ended };
}

describe('an agent that runs', () => {
  test('leaves: its address is free of it, and all who may wait for it are told, with what it had not observed', async () => {
    const it = setUp();
    const child = it.enter(0, { turn: 3, taken: 2, criticalPathMs: 40 });
    noteMessage(it.env, child.context, toMessage({ id: 'm1' }));
    for (const set of [it.household.idle, it.household.paused]) set.add('agent/0');
    it.departures.leave(child, 'done');
    expect([it.directory.isAlive('agent/0'), it.household.idle.size, it.household.paused.size]).toEqual([false, 0, 0]);
    expect(it.ended()).toEqual([
      { type: 'agent.ended', agent: 'agent/0', status: 'done', turns: 3, criticalPathMs: 40 },
    ]);
    expect(it.told).toEqual([
      ['unparked', 'agent/0'],
      ['left', 'agent/0', ['m1'], 2],
    ]);
    await it.clock.sleep(1);
    expect(it.told.at(-1)).toEqual(['check']);
  });

  test('leaves once, and not for one that has taken its place', () => {
    const it = setUp();
    const [first, second] = [it.enter(0), it.enter(0)];
    it.departures.leave(first, 'failed');
    expect([it.ended(), it.directory.isAlive('agent/0')]).toEqual([[], true]);
    it.departures.leave(second, 'done');
    it.departures.leave(second, 'done');
    expect(it.ended()).toHaveLength(1);
  });

  test('does not end the run while others have something to do', async () => {
    const it = setUp();
    const [child, other] = [it.enter(0), it.enter(1)];
    it.departures.leave(child, 'done');
    await it.clock.sleep(1);
    expect(it.told).not.toContainEqual(['check']);
    it.household.idle.add(other.spec.id);
    it.departures.leave(it.enter(2), 'done');
    await it.clock.sleep(1);
    expect(it.told).toContainEqual(['check']);
  });

  test.each<[string, Partial<AgentContext>, typeof error | undefined, string]>([
    ['its error', { error }, undefined, 'no'],
    ['the fault', {}, error, 'no'],
    ['how it has ended', {}, undefined, 'it was stopped'],
  ])('in the middle of its work leaves whoever waits for it with %s', (_, changes, fault, reason) => {
    const it = setUp();
    const child = it.enter(0, { answered: false, cause, taken: 4, ...changes });
    it.departures.leave(child, 'stopped', fault);
    expect(it.told).toContainEqual(['unanswered', 'agent/0', cause, reason, 4]);
    expect(it.ended()[0]).toMatchObject({ status: 'stopped', ...((changes.error ?? fault) && { error }) });
  });

  test('when the run is ended has not left for good: it goes on with its work when the run does', () => {
    const it = setUp({ isDraining: true });
    it.departures.leave(it.enter(0, { answered: false, cause, taken: 4 }), 'stopped');
    expect(it.told).toContainEqual(['unanswered', 'agent/0', cause, 'it was stopped', undefined]);
    // One that fails meanwhile does not.
    it.departures.leave(it.enter(1, { answered: false, cause, taken: 4 }), 'failed');
    expect(it.told).toContainEqual(['unanswered', 'agent/1', cause, 'it was failed', 4]);
    expect(it.told.filter(([what]) => what === 'drained')).toEqual([
      ['drained', 'agent/0'],
      ['drained', 'agent/1'],
    ]);
    expect(it.told.filter(([what]) => what === 'left')).toEqual([]);
  });
});

describe('an agent that does not run', () => {
  const life: ResumedAgent = {
    point: { ...START, turn: 2, taken: 3, answered: false, cause },
    transcript: [],
    mailbox: [toMessage({ id: 'm1' })],
    seen: new Set(),
  };

  test('is gone: what it was answering, what it had and what has come since reaches those who wait for it', () => {
    const it = setUp();
    it.household.vacated.set('agent/0', it.specs[0]!);
    it.household.paused.add('agent/0');
    it.directory.deliver(toMessage({ id: 'm2', to: 'agent/0' }));
    it.departures.gone('agent/0', { status: 'failed', turns: 2, error, life });
    expect([it.household.vacated.size, it.household.paused.size, it.directory.isAlive('agent/0')]).toEqual([
      0,
      0,
      false,
    ]);
    expect(it.ended()).toEqual([
      { type: 'agent.ended', agent: 'agent/0', status: 'failed', turns: 2, criticalPathMs: 0, error },
    ]);
    expect(it.told).toEqual([
      ['unanswered', 'agent/0', cause, 'it was failed', 3],
      ['left', 'agent/0', ['m1', 'm2'], 3],
    ]);
  });

  test('is only put off when the run is ended', () => {
    const it = setUp({ isDraining: true });
    it.directory.deliver(toMessage({ id: 'm2', to: 'agent/0' }));
    it.departures.gone('agent/0', { status: 'stopped', turns: 2, life });
    expect(it.told).toEqual([['drained', 'agent/0']]);
  });

  test('because memory cannot give it back has failed', async () => {
    const it = setUp();
    it.departures.failAsleep('agent/0', error);
    expect(it.ended()).toMatchObject([{ status: 'failed', error }]);
    await it.clock.sleep(1);
    expect(it.told).toEqual([['left', 'agent/0', [], undefined], ['check']]);
  });

  test('and is not started again in this process is stopped', () => {
    const it = setUp();
    it.asleep.add('agent/1');
    it.departures.dismiss(['agent/0', 'agent/1']);
    expect(it.ended()).toMatchObject([
      { agent: 'agent/0', status: 'stopped' },
      { agent: 'agent/1', status: 'stopped' },
    ]);
    expect(it.asleep.size).toBe(0);
  });
});

describe('when nothing more will come', () => {
  test('those that rest or sleep end as done, which is written down', async () => {
    const it = setUp();
    it.enter(0, { turn: 1 });
    it.asleep.add('agent/1');
    it.departures.close(['agent/0', 'agent/1']);
    expect(it.ended()).toMatchObject([
      { agent: 'agent/0', status: 'done', turns: 1 },
      { agent: 'agent/1', status: 'done' },
    ]);
    expect(it.told).toContainEqual(['written', 'agent/1', 'done']);
    expect(await it.memory.snapshot('run', 'agent/0')).toMatchObject({ status: 'done', turn: 1 });
  });

  test('those that are not there any more, and those that have something to do, stay as they are', () => {
    const it = setUp();
    const child = it.enter(0);
    noteMessage(it.env, child.context, toMessage({ id: 'm1' }));
    it.enter(1, {}, false);
    it.departures.close(['agent/0', 'agent/1', 'agent/2']);
    expect([it.ended(), it.told, it.directory.size]).toEqual([[], [], 2]);
  });

  test('those that have something to do when the run has got where it was to get are stopped', () => {
    const it = setUp({ isDraining: true });
    it.enter(0, { answered: false, cause });
    it.departures.close(['agent/0']);
    expect(it.told).toEqual([['stopped', 'agent/0']]);
  });
});

describe('stopped before it has started', () => {
  test('one that sleeps is written down as stopped', async () => {
    const it = setUp();
    it.asleep.add('agent/0');
    it.departures.cancel(it.specs[0]!, undefined);
    expect(it.told).toEqual([
      ['written', 'agent/0', 'stopped'],
      ['left', 'agent/0', [], undefined],
    ]);
    await it.clock.sleep(1);
    expect(it.told.at(-1)).toEqual(['check']);
  });

  test('one that waits for its restart, or was to go on from an earlier life, keeps what it had', async () => {
    const point = { ...START, turn: 5, taken: 2 };
    const before: ResumedAgent = { point, transcript: [], mailbox: [], seen: new Set() };
    const it = setUp();
    it.lives.set('agent/0', before);
    it.departures.cancel(it.specs[0]!, undefined);
    it.departures.cancel(it.specs[1]!, before);
    it.departures.cancel(it.specs[2]!, undefined);
    expect(it.ended()).toMatchObject([{ turns: 5 }, { turns: 5 }, { turns: 0 }]);
    expect(it.told).toEqual([
      ['left', 'agent/0', [], 2],
      ['left', 'agent/1', [], 2],
      // It has done nothing: all of its list is left.
      ['left', 'agent/2', [], 0],
    ]);
    for (const [agent, turn] of [
      ['agent/0', 5],
      ['agent/1', 5],
      ['agent/2', 0],
    ] as const) {
      expect(await it.memory.snapshot('run', agent)).toMatchObject({ status: 'stopped', turn });
    }
  });
});

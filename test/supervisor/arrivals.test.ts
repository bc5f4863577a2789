import { describe, expect, test } from 'vitest';
import { type ResumedAgent, START } from '../../src/agent/resumed-agent.ts';
import { LOOP_SLICE } from '../../src/base/limits.ts';
import type { AgentSpec, EndedStatus, Message } from '../../src/protocol.ts';
import { Arrivals, type Reception } from '../../src/supervisor/arrivals.ts';
import type { Child } from '../../src/supervisor/child.ts';
import { createDirectory } from '../../src/supervisor/directory.ts';
import { buildTree } from '../../src/supervisor/tree.ts';
import { createHarness, SUPERVISION } from '../agent/harness.ts';
import { toMessage } from '../messages.ts';

const LIFE: ResumedAgent = { point: { ...START, turn: 2 }, transcript: [], mailbox: [], seen: new Set() };

interface Given {
  readonly count?: number;
  readonly resumed?: Readonly<Record<string, Partial<ResumedAgent>>>;
  readonly ended?: Readonly<Record<string, EndedStatus>>;
  readonly items?: AgentSpec['items'];
  readonly subscribe?: readonly string[];
}

/** Agents that are about to start, of which nothing is real but their places. */
function setUp({ count = 3, resumed = {}, ended = {}, items = [], subscribe = [] }: Given = {}) {
  const inbox = { observe: { items: [], inbox: true }, subscribe };
  const { env, specs, clock, ofType } = createHarness({ decide: () => ({}), count, items, group: inbox });
  const it = { isDraining: false, sleeps: new Set<string>() };
  const told: unknown[][] = [];
  const directory = createDirectory<Child>();
  const subscribed: string[] = [];
  const known: string[] = [];
  const reception = {
    directory,
    idle: new Set<string>(),
    paused: new Set<string>(),
    vacated: new Map<string, AgentSpec>(),
    office: {
      addresses: { add: ({ id }: AgentSpec) => known.push(id) },
      topics: { subscribe: (topic: string, agent: string) => subscribed.push(`${agent} ${topic}`) },
    },
    nursery: {
      make: ({ spec, resumed: life, paused }: { spec: AgentSpec; resumed?: ResumedAgent; paused?: boolean }) => ({
        spec,
        actor: {
          start: () => told.push(['start', spec.id, life?.point.turn, paused]),
          send: ({ type }: { type: string }) => told.push([type, spec.id]),
        },
        waiting: () => 0,
        receive: ({ id }: Message) => told.push(['receive', spec.id, id]),
      }),
      halt: ({ spec }: Child) => told.push(['halt', spec.id]),
    },
    passivation: { sleepFromStart: ({ id }: AgentSpec) => it.sleeps.has(id) },
    restarter: { postpone: (agent: string, _: ResumedAgent, until: number) => told.push(['postponed', agent, until]) },
    isDraining: () => it.isDraining,
    started: () => told.push(['all started']),
  };
  const lives = new Map(Object.entries(resumed).map(([agent, life]) => [agent, { ...LIFE, ...life }]));
  const gone = new Map(Object.entries(ended));
  const left = specs.filter(({ id }) => !gone.has(id));
  const tree = buildTree(left, SUPERVISION, {});
  const origins = { tree, specs, resumed: lives, ...(gone.size > 0 && { ended: gone }) };
  const arrivals = new Arrivals(env, origins, reception as unknown as Reception);
  const begin = async () => {
    arrivals.begin();
    await clock.sleep(1);
  };
  return { arrivals, begin, it, told, directory, subscribed, known, reception, specs, tree, clock, ofType };
}

describe('before the first agent starts', () => {
  test('all of them have their addresses and hear what they have subscribed to', () => {
    const { directory, known, subscribed, arrivals } = setUp({
      subscribe: ['all', '{{ agent }}'],
      resumed: { 'agent/1': { topics: ['mine'] } },
    });
    expect(known).toEqual(['agent/0', 'agent/1', 'agent/2']);
    expect([known.every((id) => directory.isAlive(id)), directory.size]).toEqual([true, 0]);
    expect(subscribed).toEqual(['agent/0 all', 'agent/0 agent/0', 'agent/1 mine', 'agent/2 all', 'agent/2 agent/2']);
    expect(arrivals.specs().map(({ id }) => id)).toEqual(known);
  });

  test('those that had ended before are known, and not there', () => {
    const { directory, known, arrivals } = setUp({ ended: { 'agent/1': 'done' } });
    expect(known.sort()).toEqual(['agent/0', 'agent/1', 'agent/2']);
    expect([directory.isKnown('agent/1'), directory.isAlive('agent/1')]).toEqual([true, false]);
    expect(arrivals.specs().map(({ id }) => id)).toEqual(['agent/0', 'agent/2']);
  });

  test('a run that goes on has worked; a new one has as soon as somebody has something to do', async () => {
    expect(setUp({ resumed: { 'agent/0': {} } }).arrivals.hasWorked).toBe(true);
    const idle = setUp();
    await idle.begin();
    expect(idle.arrivals.hasWorked).toBe(false);
    idle.arrivals.noteWork();
    expect(idle.arrivals.hasWorked).toBe(true);
    const busy = setUp({ items: [{ template: 'go' }] });
    await busy.begin();
    expect(busy.arrivals.hasWorked).toBe(true);
  });
});

describe('all are started', () => {
  test('in their order, each with what has come before it was there', async () => {
    const { begin, directory, told, ofType, arrivals } = setUp();
    for (const id of ['m1', 'm2']) directory.deliver(toMessage({ id, to: 'agent/1' }));
    await begin();
    expect(told).toEqual([
      ['start', 'agent/0', undefined, undefined],
      ['start', 'agent/1', undefined, undefined],
      ['receive', 'agent/1', 'm1'],
      ['receive', 'agent/1', 'm2'],
      ['start', 'agent/2', undefined, undefined],
      ['all started'],
    ]);
    expect(ofType('agent.started').map(({ agent }) => agent)).toEqual(['agent/0', 'agent/1', 'agent/2']);
    expect([directory.size, arrivals.areAllStarted]).toEqual([3, true]);
  });

  test('a slice at a time: others have their turn in between', async () => {
    const { arrivals, told, clock } = setUp({ count: LOOP_SLICE + 2 });
    arrivals.begin();
    clock.defer(() => told.push(['others']));
    await clock.sleep(1);
    expect(told.findIndex(([what]) => what === 'others')).toBe(LOOP_SLICE);
    expect(told).toHaveLength(LOOP_SLICE + 4);
    expect(told.at(-1)).toEqual(['all started']);
  });

  test('but for those that were ended before, and nobody when the run is ended', async () => {
    const { begin, directory, told } = setUp();
    directory.leave('agent/1');
    await begin();
    expect(told.filter(([what]) => what === 'start').map(([, agent]) => agent)).toEqual(['agent/0', 'agent/2']);
    const ended = setUp();
    ended.it.isDraining = true;
    await ended.begin();
    expect(ended.told).toEqual([['all started']]);
  });

  test('but for those that may sleep at once: they have nothing to do, and no earlier life', async () => {
    const { begin, it, directory, told } = setUp({ resumed: { 'agent/2': {} } });
    for (const agent of ['agent/0', 'agent/1', 'agent/2']) it.sleeps.add(agent);
    directory.deliver(toMessage({ id: 'm1', to: 'agent/1' }));
    await begin();
    expect(told.filter(([what]) => what === 'start').map(([, agent]) => agent)).toEqual(['agent/1', 'agent/2']);
  });

  test('those whose restart is still due wait for it; those whose was due meanwhile do not', async () => {
    const { begin, told, reception } = setUp({ resumed: { 'agent/0': { retryAt: 700 }, 'agent/1': { retryAt: 0 } } });
    await begin();
    expect(told.slice(0, 2)).toEqual([
      ['postponed', 'agent/0', 700],
      ['start', 'agent/1', 2, undefined],
    ]);
    expect([...reception.vacated.keys()]).toEqual(['agent/0']);
  });

  test('those that were cut short go on with that first, and those that are paused are', async () => {
    const cut = { observation: { kind: 'observation', text: '' } } as unknown as NonNullable<ResumedAgent['cut']>;
    const { begin, told, reception } = setUp({ resumed: { 'agent/0': { cut } } });
    reception.paused.add('agent/1');
    await begin();
    expect(told.slice(0, 3)).toEqual([
      ['start', 'agent/0', 2, undefined],
      ['recall', 'agent/0'],
      ['start', 'agent/1', undefined, true],
    ]);
  });
});

test('one that somebody has asked for is started at once, and is one of them', () => {
  const { arrivals, specs, told, directory, known, tree } = setUp();
  const spec = { ...specs[0]!, id: 'agent/7', index: 7 };
  arrivals.admit(spec);
  expect([known.at(-1), directory.size, told]).toEqual(['agent/7', 1, [['start', 'agent/7', undefined, undefined]]]);
  expect(arrivals.specs().at(-1)).toBe(spec);
  expect(tree.supervisorOf('agent/7')).toBe(tree.root);
});

test('one that stops to start again keeps its address, and what has come meanwhile', async () => {
  const { arrivals, begin, told, reception, directory, ofType } = setUp({ count: 1 });
  await begin();
  reception.idle.add('agent/0');
  arrivals.vacate('agent/0');
  expect([directory.size, directory.isAlive('agent/0'), reception.idle.size]).toEqual([0, true, 0]);
  directory.deliver(toMessage({ id: 'm1', to: 'agent/0' }));
  arrivals.startAgain('agent/0', LIFE);
  expect(told.slice(-3)).toEqual([
    ['halt', 'agent/0'],
    ['start', 'agent/0', 2, undefined],
    ['receive', 'agent/0', 'm1'],
  ]);
  expect([reception.vacated.size, ofType('agent.started').length]).toEqual([0, 2]);
  // Nobody else is there to be started, or taken away.
  arrivals.startAgain('agent/0', LIFE);
  expect([arrivals.takeAway('agent/9'), directory.size]).toEqual([undefined, 1]);
});

test('one that wakes was there before', () => {
  const { arrivals, specs, ofType } = setUp();
  arrivals.start(specs[0]!, LIFE, true);
  expect(ofType('agent.started')).toEqual([]);
});

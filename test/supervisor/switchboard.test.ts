import { describe, expect, test } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { WiringSpec } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import type { Decide } from '../agent/harness.ts';
import { createWired, upTo, type WiredOptions } from './wired-harness.ts';

/** Says who speaks, and in which round. */
const speak: Decide = async ({ observation, spec }, context) => {
  await context.sleep(100 * (spec.index + 1));
  return { reply: `${spec.id}:${observation.message?.round ?? 0}` };
};

const debate: WiringSpec[] = [{ kind: 'moderator', group: 'agent', members: ['debater'], rounds: 2 }];
const inDebate: WiredOptions = { decide: speak, wiring: debate, others: { debater: { count: 3 } } };

describe('a moderator', () => {
  test('hears all members in each round, as one message in their order, and its last reply is the result', async () => {
    const run = createWired(inDebate);
    expect(await run.run()).toBe('finished');
    expect(run.replies('agent/0')).toEqual(['agent/0:0', 'agent/0:1', 'agent/0:2']);
    expect(run.replies('debater/2')).toEqual(['debater/2:1', 'debater/2:2']);
    const heard = run.ofType('agent.observed').flatMap(({ agent, observation }) => {
      return agent === 'agent/0' && observation.message !== undefined ? [observation.message] : [];
    });
    expect(heard.map(({ parts }) => parts?.map(({ from, body }) => `${from} ${body}`))).toEqual([
      ['debater/0 debater/0:1', 'debater/1 debater/1:1', 'debater/2 debater/2:1'],
      ['debater/0 debater/0:2', 'debater/1 debater/1:2', 'debater/2 debater/2:2'],
    ]);
    expect(run.sent().every(({ wire }) => wire === 'moderator:agent')).toBe(true);
    expect(run.dead()).toEqual([]);
  });

  test('hears why of a member that has failed, and of one that is gone in the next round', async () => {
    const run = createWired({
      ...inDebate,
      decide: (request, context) => {
        if (request.spec.id === 'debater/1') throw new Error('no opinion');
        return speak(request, context);
      },
    });
    expect(await run.run()).toBe('finished');
    const heard = run.ofType('agent.observed').flatMap(({ agent, observation: { message } }) => {
      return agent === 'agent/0' && message?.parts !== undefined ? [message.parts[1]] : [];
    });
    expect(heard).toEqual([
      { from: 'debater/1', isError: true, body: expect.stringContaining('no opinion') },
      { from: 'debater/1', isError: true, body: 'it has ended' },
    ]);
    expect(run.replies('agent/0').at(-1)).toBe('agent/0:2');
  });

  test('hears of an observation that was set aside', async () => {
    const run = createWired({
      ...inDebate,
      others: { debater: { count: 2, group: { restart: 'transient', retries: 1 } } },
      decide: (request, context) => {
        if (request.spec.id === 'debater/0' && request.observation.message?.round === 1)
          throw new Error('not this one');
        return speak(request, context);
      },
    });
    expect(await run.run()).toBe('finished');
    expect(run.ofType('agent.set-aside')).toHaveLength(1);
    const errors = run.sent().filter(({ part }) => part?.isError);
    expect(errors.map(({ from, to, body }) => [from, to, body])).toEqual([
      ['debater/0', 'agent/0', expect.stringContaining('not this one')],
    ]);
    expect(run.replies('debater/0')).toEqual(['debater/0:2']);
  });

  test('hears of a member that was stopped with the question still unread', async () => {
    const run = createWired({
      ...inDebate,
      others: { debater: { count: 2, items: [{ template: 'First do this' }] } },
      decide: async (request, context) => {
        if (request.spec.id === 'debater/1') await context.sleep(10_000);
        return speak(request, context);
      },
    });
    const end = run.run();
    await run.clock.sleep(5_000);
    run.supervisor.stop('debater/1');
    expect(await end).toBe('finished');
    expect(run.replies('agent/0').at(-1)).toBe('agent/0:2');
  });
});

describe('all to all', () => {
  const wiring: WiringSpec[] = [{ kind: 'all-to-all', group: 'agent', rounds: 2 }];

  test('every member gets in each round what all others have said', async () => {
    const run = createWired({ decide: speak, count: 3, wiring });
    expect(await run.run()).toBe('finished');
    for (const agent of ['agent/0', 'agent/1', 'agent/2']) {
      expect(run.replies(agent)).toEqual([0, 1, 2].map((round) => `${agent}:${round}`));
    }
    expect(run.sent()).toHaveLength(2 * 3 * 2);
  });

  test('one that fails in the middle keeps nobody waiting', async () => {
    const run = createWired({
      count: 4,
      wiring,
      decide: (request, context) => {
        if (request.spec.index === 2 && request.observation.message?.round === 1) throw new Error('gone');
        return speak(request, context);
      },
    });
    expect(await run.run()).toBe('finished');
    expect(run.replies('agent/3')).toEqual(['agent/3:0', 'agent/3:1', 'agent/3:2']);
    const last = run.ofType('agent.observed').findLast(({ agent }) => agent === 'agent/0')?.observation.message;
    expect(last?.parts?.map(({ from, isError }) => [from, isError])).toEqual([
      ['agent/1', undefined],
      ['agent/2', true],
      ['agent/3', undefined],
    ]);
  });

  test('one that is stopped before it has said anything keeps nobody waiting', async () => {
    const run = createWired({ count: 3, wiring, decide: speak });
    const end = run.run();
    await run.clock.sleep(250);
    run.supervisor.stop('agent/2');
    expect(await end).toBe('finished');
    expect(run.replies('agent/1')).toEqual(['agent/1:0', 'agent/1:1', 'agent/1:2']);
  });
});

describe('a crash', () => {
  const scenes: Record<string, WiredOptions> = {
    moderator: inDebate,
    'moderator with one that fails': {
      ...inDebate,
      decide: (request, context) => {
        if (request.spec.id === 'debater/1') throw new Error('no opinion');
        return speak(request, context);
      },
    },
    'all to all with one that fails': {
      count: 3,
      wiring: [{ kind: 'all-to-all', group: 'agent', rounds: 2 }],
      decide: (request, context) => {
        if (request.spec.index === 1 && request.observation.message !== undefined) throw new Error('no more');
        return speak(request, context);
      },
    },
    'all to all': { decide: speak, count: 3, wiring: [{ kind: 'all-to-all', group: 'agent', rounds: 2 }] },
    ring: { decide: speak, count: 3, wiring: [{ kind: 'ring', group: 'agent', rounds: 2 }] },
    'fan out to a pipeline': {
      decide: speak,
      others: { worker: { count: 3 }, judge: { count: 2 }, clerk: { count: 2 } },
      wiring: [
        { kind: 'fan-out', from: 'agent', to: ['worker'], gather: 'judge' },
        { kind: 'pipeline', groups: ['judge', 'clerk'], policy: 'round-robin' },
      ],
    },
  };

  /** What each agent has observed in all of its lives, in order, each once. */
  const observed = async (run: ReturnType<typeof createWired>, store = run.memory) => {
    const all: Record<string, string[]> = {};
    for (const { id } of run.specs) {
      const texts = new Map<string, string>();
      for (const record of await store.journal('run', id)) {
        if (record.type !== 'observed') continue;
        const { message, text } = record.observation;
        texts.set(message?.id ?? `item ${text}`, text);
      }
      all[id] = [...texts.values()].sort();
    }
    return all;
  };

  test.each(Object.entries(scenes))('%s: at any write it is as if there had been none', async (name, scene) => {
    const whole = createWired(scene);
    const counted = upTo(whole.memory, Number.POSITIVE_INFINITY);
    const first = createWired({ ...scene, store: () => counted.store });
    expect(await first.run()).toBe('finished');
    const expected = await observed(first, whole.memory);
    for (let batches = 0; batches < counted.count(); batches++) {
      const disk = createInMemoryStore();
      const killed = createWired({ ...scene, store: () => upTo(disk, batches).store });
      await killed.run();
      const remaining = await findRemaining(disk, 'run', killed.specs);
      const next = createWired({ ...scene, store: () => disk, remaining });
      expect(await next.run(), `killed after ${batches}`).toBe('finished');
      expect(await observed(next, disk), `killed after ${batches}`).toEqual(expected);
      expect(next.dead().every(({ reason }) => reason === 'ended' && name.endsWith('fails'))).toBe(true);
    }
  });
});

describe('a mailbox that blocks', () => {
  const mailbox = { size: 1, overflow: 'block' } as const;
  const wiring: WiringSpec[] = [{ kind: 'pipeline', groups: ['agent', 'sink'] }];
  const items = [{ template: 'a' }, { template: 'b' }, { template: 'c' }, { template: 'd' }];
  const slowSink: Decide = async ({ spec, observation }, context) => {
    await context.sleep(spec.group.name === 'sink' ? 10_000 : 10);
    return { reply: observation.text };
  };

  test('holds whoever sends: it takes nothing new until its message is in, and says what it waits for', async () => {
    const run = createWired({ decide: slowSink, items, wiring, others: { sink: { group: { mailbox } } } });
    expect(await run.run()).toBe('finished');
    expect(run.replies('sink/0')).toEqual(['a', 'b', 'c', 'd']);
    const taken = run.ofType('agent.observed').filter(({ agent }) => agent === 'agent/0');
    // The first is being worked on, the second waits in the mailbox, the third waits for room: there is no fourth yet.
    expect(taken.map(({ at }) => Math.floor(at / 1_000))).toEqual([0, 0, 0, 10]);
    const waits = run.ofType('agent.waiting').filter((event) => event.for === 'room in the mailbox of sink/0');
    expect(waits.map(({ agent }) => agent)).toEqual(['agent/0', 'agent/0']);
  });

  test('in a circle it is a stall that says who waits for whom', async () => {
    const run = createWired({
      decide: slowSink,
      count: 3,
      items,
      wiring: [
        { kind: 'pipeline', groups: ['agent', 'sink'] },
        { kind: 'fan-out', from: 'sink', to: ['agent'] },
      ],
      group: { mailbox, observe: { items: [], inbox: true } },
      others: { sink: { items, group: { mailbox } } },
    });
    const end = await run.run();
    const waiting = run.ofType('run.stalled').flatMap((event) => event.waiting);
    expect([end, waiting]).toEqual([
      'stalled',
      expect.arrayContaining([
        { agent: 'agent/0', for: 'room in the mailbox of sink/0' },
        { agent: 'sink/0', for: expect.stringMatching(/^room in the mailbox of agent/) },
      ]),
    ]);
  });
});

test('answers to an ask go to whoever asked, and nowhere else', async () => {
  const run = createWired({
    decide: speak,
    keepOpen: true,
    group: { observe: { items: [], inbox: true } },
    items: [],
    others: { sink: {} },
    wiring: [{ kind: 'pipeline', groups: ['agent', 'sink'] }],
  });
  const end = run.run();
  await run.clock.sleep(10);
  await run.supervisor.office.post({ id: 'q', from: 'sink/0', to: 'agent/0', kind: 'ask', body: 'What?' });
  await run.clock.sleep(1_000);
  expect(run.sent().map(({ id }) => id)).toEqual(['q', 're:q']);
  await run.supervisor.office.input('user', 'agent/0', 'Hello');
  await run.clock.sleep(1_000);
  expect(run.replies('sink/0')).toHaveLength(1);
  run.supervisor.drain('enough');
  await end;
});

test('two runs with the same seed are the same', async () => {
  const scene: WiredOptions = {
    decide: async ({ spec, observation }, context) => {
      await context.sleep(1_000 * context.random.next());
      return { reply: `${spec.id} ${observation.message?.round ?? ''}` };
    },
    count: 2,
    others: { worker: { count: 5 }, judge: { count: 2 } },
    wiring: [
      { kind: 'all-to-all', group: 'worker', rounds: 2 },
      { kind: 'fan-out', from: 'agent', to: ['worker'], gather: 'judge' },
      { kind: 'pipeline', groups: ['judge', 'worker'], policy: 'random' },
    ],
  };
  const logs = await Promise.all(
    [1, 2].map(async () => {
      const run = createWired(scene);
      await run.run();
      return JSON.stringify(run.events);
    }),
  );
  expect(logs[0]?.length).toBeGreaterThan(1_000);
  expect(logs[0]).toBe(logs[1]);
});

import { describe, expect, test, vi } from 'vitest';
import { START } from '../../src/agent/resumed-agent.ts';
import { TroupeError } from '../../src/base/errors.ts';
import { createSecretFilter } from '../../src/base/secret-filter.ts';
import type { Left } from '../../src/conduct/recover-outcomes.ts';
import { type ObservationsHost, RunObservations } from '../../src/conduct/run-observations.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Durability, RunEvent, RunFact } from '../../src/protocol.ts';
import type { PushedItem, PushSource } from '../../src/sources/source.ts';
import { toMessage } from '../messages.ts';

interface SetUp {
  readonly store?: MemoryStore;
  readonly durability?: Durability;
  readonly left?: Partial<Left>;
  readonly host?: Partial<ObservationsHost>;
  readonly findAnswer?: (agent: string, id: string) => Promise<{ from: string; text: string } | undefined>;
}

/** One life of a run with source `desk`, which gives what is pushed to `x/0` as soon as the test lets it. */
async function setUp({ store = createInMemoryStore(), durability = 'async', left = {}, ...more }: SetUp = {}) {
  const pushed: { item: PushedItem; isAgain: boolean }[] = [];
  const waiting: { resolve(): void; reject(error: Error): void }[] = [];
  const source = {
    refusal: vi.fn<PushSource['refusal']>(() => undefined),
    push: vi.fn((item: PushedItem, { isAgain = false } = {}) => {
      pushed.push({ item, isAgain });
      return new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
    }),
  };
  const remaining: Left = { resumed: new Map(), letters: [], spilled: new Map(), ...left };
  let count = 0;
  const observations = await RunObservations.open(new Map([['desk', source as unknown as PushSource]]), {
    ...{ run: 'r', store, durability, remaining },
    clock: { elapsed: () => ++count },
    nextId: (name) => `${name}-${++count}`,
  });
  let listener = (_: RunEvent): void => {};
  const storeFailed = vi.fn();
  observations.watch({
    storeFailed,
    supervisor: { office: { findAnswer: more.findAnswer ?? (async () => undefined) } } as never,
    subscribe: (one) => {
      listener = one;
      return () => {};
    },
    ...more.host,
  });
  const tell = (fact: RunFact) => listener({ seq: 1, at: 1, ...fact } as RunEvent);
  const message = (id: string) => toMessage({ id, from: 'source:desk', to: 'x/0', kind: 'input' });
  return {
    observations,
    store,
    source,
    pushed,
    waiting,
    storeFailed,
    tell,
    /** It is in the agent's mailbox. */
    arrive(id: string) {
      tell({ type: 'message.sent', agent: 'source:desk', message: message(id) });
      waiting.shift()?.resolve();
    },
    answer(id: string, reply: string) {
      const observation = { kind: 'message', text: 't', message: message(id) } as const;
      tell({ type: 'agent.observed', agent: 'x/0', turn: 1, observation });
      tell({ type: 'agent.replied', agent: 'x/0', turn: 1, observation: 't', reply });
    },
    find: (id: string, user?: string) => observations.find('desk', id, user),
  };
}

const settled = () => new Promise(setImmediate);

describe('an item', () => {
  test('is written down before it goes on its way, and its outcome over it', async () => {
    const { observations, store, source, arrive, answer } = await setUp();
    const putNote = vi.spyOn(store, 'putNote');
    const { outcome } = await observations.observe('desk', { text: 'hi', user: 'ada' });
    expect(putNote.mock.invocationCallOrder[0]).toBeLessThan(source.push.mock.invocationCallOrder[0]!);
    const { id } = outcome;
    arrive(id);
    answer(id, 'Hello.');
    const [note, ...none] = await store.notes('r', 'outcomes:');
    expect(none).toEqual([]);
    expect(JSON.parse(note!.text)).toEqual({
      entry: {
        id,
        source: 'desk',
        status: 'done',
        digest: expect.any(String),
        user: 'ada',
        agent: 'x/0',
        firstTurn: 1,
        reply: 'Hello.',
        turns: 1,
      },
    });
  });

  test.each([
    ['sync', false],
    ['async', true],
  ] as const)('with durability %s is accepted before it is on disk: %s', async (durability, expected) => {
    const store = createInMemoryStore();
    const { observations } = await setUp({ store, durability });
    let write = (): void => {};
    vi.spyOn(store, 'putNote').mockImplementation(() => new Promise((resolve) => (write = resolve)));
    let accepted = 0;
    const all = [1, 2].map(() => observations.observe('desk', { text: 'x', id: 'a' }).then(() => accepted++));
    await settled();
    expect(accepted).toBe(expected ? 2 : 0);
    write();
    await Promise.all(all);
    expect(accepted).toBe(2);
  });

  test('that cannot be written is not accepted, and the run hears of it', async () => {
    const store = createInMemoryStore();
    const { observations, storeFailed } = await setUp({ store, durability: 'sync' });
    const error = new TroupeError('STORE_FAILED', 'full');
    vi.spyOn(store, 'putNote').mockRejectedValue(error);
    await expect(observations.observe('desk', { text: 'x' })).rejects.toBe(error);
    expect(storeFailed).toHaveBeenCalledWith(error);
  });

  test('comes under an id that nothing else has', async () => {
    const { observations } = await setUp();
    await observations.observe('desk', { text: 'x', id: 'desk-2' });
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await observations.observe('desk', { text: 'x' })).outcome.id);
    expect(ids).not.toContain('desk-2');
    expect(new Set(ids).size).toBe(3);
  });

  test('that comes again is the same, in whatever order its data is; its trace does not count', async () => {
    const { observations, pushed } = await setUp();
    const item = { id: 'a', text: 'x', data: { b: 1, c: { d: 2, e: 3 } }, user: 'ada' };
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const same = { user: 'ada', data: { c: { e: 3, d: 2 }, b: 1 }, text: 'x', id: 'a', trace };
    expect(await observations.observe('desk', item)).toEqual(await observations.observe('desk', same));
    expect(pushed).toHaveLength(1);
    for (const other of [{ text: 'y' }, { data: {} }, { user: 'eve' }, { session: '1' }]) {
      await expect(observations.observe('desk', { ...item, ...other })).rejects.toMatchObject({ code: 'CONFLICT' });
    }
  });

  test('is cleared of secrets before anything else', async () => {
    const secrets = createSecretFilter({ SHOP_TOKEN: 'hunter2-hunter2' });
    const { observations, store, pushed } = await setUp({ host: { secrets } });
    await observations.observe('desk', { text: 'it is hunter2-hunter2', data: { a: 'hunter2-hunter2' } });
    expect(JSON.stringify([pushed, await store.notes('r', 'outcomes:')])).not.toContain('hunter2');
  });

  test('that is not taken has failed, unless the run is being ended: then it comes again', async () => {
    const { observations, waiting, tell, find } = await setUp();
    for (const id of ['a', 'b']) await observations.observe('desk', { text: id, id });
    waiting[0]!.reject(new TroupeError('AGENT_UNKNOWN', 'nobody'));
    await settled();
    expect(find('a')).toMatchObject({ status: 'failed', error: { code: 'AGENT_UNKNOWN', message: 'nobody' } });
    tell({ type: 'run.draining', reason: 'x' });
    waiting[1]!.reject(new TroupeError('SOURCE_FAILED', 'stopped'));
    await settled();
    expect(find('b')).toMatchObject({ status: 'waiting' });
  });

  test('that was taken and went nowhere has failed', async () => {
    const { observations, waiting, find } = await setUp();
    await observations.observe('desk', { text: 'x', id: 'a' });
    waiting[0]!.resolve();
    await settled();
    expect(find('a')).toMatchObject({ status: 'failed', error: { code: 'SOURCE_FAILED' } });
  });
});

describe('nothing is remembered of what is refused', () => {
  const expectNothing = async ({ store, pushed }: Awaited<ReturnType<typeof setUp>>) => {
    expect([await store.notes('r', 'outcomes:'), pushed]).toEqual([[], []]);
  };

  test('by its name', async () => {
    const set = await setUp();
    await expect(set.observations.observe('nobody', { text: 'x' })).rejects.toThrow(
      'Cannot push to source "nobody": there are desk',
    );
    await expectNothing(set);
  });

  test('by its source; the same id is taken later', async () => {
    const set = await setUp();
    set.source.refusal.mockReturnValueOnce(new TroupeError('TOO_MANY', 'later'));
    await expect(set.observations.observe('desk', { text: 'x', id: 'a' })).rejects.toThrow('later');
    await expectNothing(set);
    await set.observations.observe('desk', { text: 'y', id: 'a' });
  });

  test('since the run is being ended', async () => {
    const set = await setUp();
    set.tell({ type: 'run.draining', reason: 'x' });
    await expect(set.observations.observe('desk', { text: 'x' })).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    await expectNothing(set);
  });

  test('since memory cannot be written', async () => {
    const store = { ...createInMemoryStore(), ready: () => new Promise<void>(() => {}) };
    const set = await setUp({ store });
    await expect(set.observations.observe('desk', { text: 'x' })).rejects.toThrow(
      'memory cannot be written at present',
    );
    await expectNothing(set);
  });
});

test('an outcome is found by its source, its id and its user', async () => {
  const { observations, find } = await setUp();
  await observations.observe('desk', { text: 'x', id: 'a', user: 'ada' });
  expect(find('a', 'ada')).toEqual({ id: 'a', source: 'desk', status: 'waiting' });
  expect([find('a'), find('a', 'eve'), find('b', 'ada'), observations.find('other', 'a', 'ada')]).toEqual(
    Array(4).fill(undefined),
  );
});

describe('a resumed run', () => {
  /** Items of an earlier life, by id. */
  const firstLife = async (...ids: string[]) => {
    const first = await setUp();
    for (const id of ids) await first.observations.observe('desk', { text: `say ${id}`, id });
    return first;
  };

  test('knows what was answered, and pushes what has reached nobody, in its order and before what is new', async () => {
    const first = await firstLife('a', 'c', 'b', 'd');
    first.arrive('c');
    first.answer('c', 'Yes.');
    const { observations, pushed, find, arrive, answer } = await setUp({ store: first.store });
    observations.start();
    await observations.observe('desk', { text: 'new', id: 'e' });
    expect(pushed.map(({ item, isAgain }) => [item.id, item.text, isAgain])).toEqual([
      ['a', 'say a', true],
      ['b', 'say b', true],
      ['d', 'say d', true],
      ['e', 'new', false],
    ]);
    expect(find('c')).toMatchObject({ status: 'done', reply: 'Yes.' });
    arrive('a');
    answer('a', 'Now.');
    expect(find('a')).toMatchObject({ status: 'done', reply: 'Now.' });
  });

  test('takes nothing twice', async () => {
    const first = await firstLife('a', 'b');
    first.arrive('a');
    first.answer('a', 'Yes.');
    const { observations, pushed } = await setUp({ store: first.store });
    observations.start();
    expect((await observations.observe('desk', { text: 'say a', id: 'a' })).outcome).toMatchObject({ reply: 'Yes.' });
    await observations.observe('desk', { text: 'say b', id: 'b' });
    await expect(observations.observe('desk', { text: 'other', id: 'b' })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(pushed).toHaveLength(1);
  });

  test('goes on with what agents have, wherever it is', async () => {
    const first = await firstLife('waits', 'works', 'past', 'lost', 'dead');
    const toInput = (id: string) => toMessage({ id, from: 'source:desk', to: 'x/0' });
    const point = { ...START, turn: 4, step: 2, answered: false, cause: toInput('works') };
    const seen = new Set(['past', 'lost', 'works', 'waits']);
    const resumed = new Map([['x/0', { point, transcript: [], mailbox: [toInput('waits')], seen }]]);
    const letters = [{ message: toInput('dead'), reason: 'expired' as const, at: 0 }];
    const findAnswer = async (_: string, id: string) => (id === 'past' ? { from: 'x/0', text: 'Said.' } : undefined);
    const { observations, pushed, find, tell } = await setUp({
      store: first.store,
      left: { resumed, letters },
      findAnswer,
    });
    observations.start();
    await settled();
    expect(pushed).toEqual([]);
    expect(find('waits')).toMatchObject({ status: 'waiting', agent: 'x/0' });
    expect(find('works')).toMatchObject({ status: 'working', agent: 'x/0' });
    expect(find('past')).toMatchObject({ status: 'done', agent: 'x/0', reply: 'Said.' });
    expect(find('lost')).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('not known') } });
    expect(find('dead')).toMatchObject({ status: 'dead' });
    tell({ type: 'agent.replied', agent: 'x/0', turn: 6, observation: 't', reply: 'At last.' });
    expect(find('works')).toMatchObject({ status: 'done', reply: 'At last.', turns: 4 });
  });

  test('finds what was handed over with whom it is', async () => {
    const first = await firstLife('a', 'b');
    for (const id of ['a', 'b']) {
      first.arrive(id);
      const message = toMessage({ id, from: 'source:desk', to: 'x/0', kind: 'input' });
      first.tell({
        type: 'agent.observed',
        agent: 'x/0',
        turn: 1,
        observation: { kind: 'message', text: 't', message },
      });
      const handoff = toMessage({ id: `h${id}`, from: 'x/0', to: 'y/0', kind: 'handoff', causation: id });
      first.tell({ type: 'message.sent', agent: 'x/0', message: handoff });
    }
    const cause = toMessage({ id: 'b', from: 'source:desk', to: 'x/0' });
    const resumed = new Map([
      ['y/0', { point: START, transcript: [], mailbox: [toMessage({ id: 'ha', to: 'y/0' })], seen: new Set(['ha']) }],
      // The message has not reached the disk: the call is made again.
      [
        'x/0',
        {
          point: { ...START, turn: 2, step: 1, answered: false, cause },
          transcript: [],
          mailbox: [],
          seen: new Set(['a', 'b']),
        },
      ],
    ]);
    const { observations, pushed, find, tell } = await setUp({ store: first.store, left: { resumed } });
    observations.start();
    expect(pushed).toEqual([]);
    expect(find('a')).toMatchObject({ status: 'waiting', agent: 'y/0' });
    expect(find('b')).toMatchObject({ status: 'working', agent: 'x/0' });
    const message = toMessage({ id: 'hb', from: 'x/0', to: 'y/0', kind: 'handoff', causation: 'b' });
    tell({ type: 'message.sent', agent: 'x/0', message });
    expect(find('b')).toMatchObject({ status: 'waiting', agent: 'y/0' });
  });
});

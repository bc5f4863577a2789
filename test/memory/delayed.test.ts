import { describe, expect, test } from 'vitest';
import { type Clock, createRealClock, createVirtualClock } from '../../src/base/clock.ts';
import { STORE_BACKLOG_BYTES } from '../../src/base/limits.ts';
import { createRandom } from '../../src/base/random.ts';
import { createDelayedStore } from '../../src/memory/delayed.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Latency } from '../../src/protocol.ts';
import { describeMemoryStore } from './memory-store-conformance.ts';
import { batchOf, noteOf } from './records.ts';

const latencies: Record<string, Latency> = {
  constant: { kind: 'constant', ms: 3 },
  uniform: { kind: 'uniform', minMs: 0, maxMs: 50 },
  'log-normal': { kind: 'log-normal', medianMs: 20, p95Ms: 400 },
};

for (const [name, latency] of Object.entries(latencies)) {
  describeMemoryStore(`delayed, ${name}`, async () => {
    const store = createDelayedStore(createInMemoryStore(), latency, createVirtualClock(), createRandom(7));
    return { store, cleanup: () => store.close() };
  });
}

describeMemoryStore('delayed in real time', async () => {
  const latency: Latency = { kind: 'uniform', minMs: 0, maxMs: 2 };
  const store = createDelayedStore(createInMemoryStore(), latency, createRealClock(), createRandom(7));
  return { store, cleanup: () => store.close() };
});

/** An in-memory store that notes when an append reaches it. */
function observed(clock: Clock): { readonly inner: MemoryStore; readonly arrived: [string, number][] } {
  const store = createInMemoryStore();
  const arrived: [string, number][] = [];
  const append: MemoryStore['append'] = (run, agent, batch) => {
    arrived.push([`${agent} ${batch.snapshot?.turn}`, clock.elapsed()]);
    return store.append(run, agent, batch);
  };
  return { inner: { ...store, append }, arrived };
}

describe('a delayed store', () => {
  test('holds each append back by the latency, and acknowledges it then', async () => {
    const clock = createVirtualClock();
    const { inner, arrived } = observed(clock);
    const store = createDelayedStore(inner, { kind: 'constant', ms: 80 }, clock, createRandom(1));
    const acknowledged: number[] = [];
    void store.append('r', 'a/0', batchOf('a/0', 1)).then(() => acknowledged.push(clock.elapsed()));
    await clock.sleep(30);
    await store.append('r', 'a/1', batchOf('a/1', 1));
    expect(clock.elapsed()).toBe(110);
    expect(arrived).toEqual([
      ['a/0 1', 80],
      ['a/1 1', 110],
    ]);
    expect(acknowledged).toEqual([80]);
  });

  test('keeps the order of each agent, whatever latencies are drawn, while agents overtake each other', async () => {
    const clock = createVirtualClock();
    const { inner, arrived } = observed(clock);
    const store = createDelayedStore(inner, { kind: 'uniform', minMs: 1, maxMs: 1_000 }, clock, createRandom(3));
    const expected: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      for (let agent = 0; agent < 20; agent++) void store.append('r', `a/${agent}`, batchOf(`a/${agent}`, turn));
      expected.push(`a/3 ${turn}`);
    }
    await store.flush();
    const order = arrived.map(([name]) => name);
    expect(order).toHaveLength(400);
    expect(order.filter((name) => name.startsWith('a/3 '))).toEqual(expected);
    expect(order.indexOf('a/3 19')).not.toBe(order.indexOf('a/19 19') - 16);
    expect(order.slice(0, 20).every((name) => name.endsWith(' 0'))).toBe(false);
  });

  test('draws the same latencies for the same seed', async () => {
    const times = async (seed: number): Promise<number[]> => {
      const clock = createVirtualClock();
      const { inner, arrived } = observed(clock);
      const store = createDelayedStore(inner, latencies['log-normal']!, clock, createRandom(seed));
      for (let agent = 0; agent < 10; agent++) void store.append('r', `a/${agent}`, batchOf('a', 1));
      await store.flush();
      return arrived.map(([, at]) => at);
    };
    expect(await times(5)).toEqual(await times(5));
    expect(await times(5)).not.toEqual(await times(6));
  });

  test('sets one timer for ten thousand agents with a constant latency', async () => {
    const clock = createVirtualClock();
    let timers = 0;
    const setTimer: Clock['setTimer'] = (delayMs, fn) => {
      timers++;
      return clock.setTimer(delayMs, fn);
    };
    const counting = new Proxy(clock, {
      get: (target, name) => {
        if (name === 'setTimer') return setTimer;
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const store = createDelayedStore(createInMemoryStore(), { kind: 'constant', ms: 5 }, counting, createRandom(1));
    for (let agent = 0; agent < 10_000; agent++) void store.append('r', `a/${agent}`, batchOf('a', 1));
    await store.flush();
    expect(store.stats().writes).toBe(10_000);
    expect(timers).toBe(1);
  });

  test('has no room while more is held back than a backlog may take', async () => {
    const clock = createVirtualClock();
    const store = createDelayedStore(createInMemoryStore(), { kind: 'constant', ms: 9 }, clock, createRandom(1));
    const batch = { journal: [], transcript: [] };
    for (let count = 0; count < STORE_BACKLOG_BYTES / 1_024; count++) void store.append('r', 'a/0', batch);
    expect(store.room()).toBeUndefined();
    void store.append('r', 'a/0', batch);
    const room = store.room();
    expect(room).toBeInstanceOf(Promise);
    expect(store.room()).toBe(room);
    await room;
    expect(clock.elapsed()).toBe(9);
    expect(store.room()).toBeUndefined();
  });

  test('passes on why a write failed, and a dropped promise does no harm', async () => {
    const refusing = { ...createInMemoryStore(), append: () => Promise.reject(new Error('The disk is gone')) };
    const latency: Latency = { kind: 'constant', ms: 1 };
    const store = createDelayedStore(refusing, latency, createVirtualClock(), createRandom(1));
    void store.append('r', 'a/0', batchOf('a/0', 1));
    await expect(store.append('r', 'a/0', batchOf('a/0', 2))).rejects.toThrow('The disk is gone');
  });
});

test('notes are held back like batches, and in order with those of their owner', async () => {
  const clock = createVirtualClock();
  const { inner, arrived } = observed(clock);
  const putNote: MemoryStore['putNote'] = async (_, owner, { key }) => {
    arrived.push([`${owner} ${key}`, clock.elapsed()]);
  };
  const store = createDelayedStore({ ...inner, putNote }, { kind: 'constant', ms: 80 }, clock, createRandom(1));
  void store.append('r', 'a/0', batchOf('a/0', 1));
  await clock.sleep(30);
  await store.putNote('r', 'a/0', noteOf('a/0', 'disk'));
  expect(arrived).toEqual([
    ['a/0 1', 80],
    ['a/0 disk', 110],
  ]);
  await store.close();
  await expect(store.putNote('r', 'a/0', noteOf('a/0', 'net'))).rejects.toMatchObject({ code: 'STORE_FAILED' });
});

test('trouble is that of the store behind it', async () => {
  const told: string[] = [];
  const ready = Promise.resolve();
  const inner: MemoryStore = {
    ...createInMemoryStore(),
    endure: () => {
      told.push('begun');
      return () => told.push('ended');
    },
    ready: () => ready,
    downMs: () => 7,
  };
  const store = createDelayedStore(inner, { kind: 'constant', ms: 5 }, createVirtualClock(), createRandom(1));
  store.endure(() => {})();
  expect(told).toEqual(['begun', 'ended']);
  expect(store.ready()).toBe(ready);
  expect(store.downMs()).toBe(7);
});

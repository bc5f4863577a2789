import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { STORE_BACKLOG_BYTES } from '../../src/base/limits.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { LmdbStore } from '../../src/memory/lmdb/directory-store.ts';
import { createRepeatableStore } from '../../src/memory/repeatable.ts';
import { describeMemoryStore } from './memory-store-conformance.ts';
import { batchOf, noteOf } from './records.ts';

/** A store whose disk answers only when the test says so. */
function slowDisk() {
  const memory = createInMemoryStore();
  const waiting: (() => void)[] = [];
  const disk = {
    handedOver: 0,
    answer() {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
  const answered = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const store: LmdbStore = {
    ...memory,
    async append(run, agent, batch) {
      await memory.append(run, agent, batch);
      await answered();
    },
    async journal(run, agent) {
      await answered();
      return memory.journal(run, agent);
    },
    async putNote(run, owner, note) {
      await memory.putNote(run, owner, note);
      await answered();
    },
    flush: answered,
    handedOverBytes: () => disk.handedOver,
  };
  return { store, disk };
}

/** Turns of the real event loop, in which virtual time goes on unless something holds it. */
async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

for (const durability of ['async', 'sync'] as const) {
  describeMemoryStore(`repeatable, ${durability}`, async () => {
    const inner: LmdbStore = { ...createInMemoryStore(), handedOverBytes: () => 0 };
    const store = createRepeatableStore(inner, createVirtualClock(), durability);
    return { store, cleanup: () => store.close() };
  });
}

describe('a repeatable store', () => {
  test('with durability sync holds time until the disk has acknowledged', async () => {
    const { store: inner, disk } = slowDisk();
    const clock = createVirtualClock();
    const store = createRepeatableStore(inner, clock, 'sync');
    const acknowledged = store.append('r', 'a/0', batchOf('a/0', 1)).then(() => clock.elapsed());
    clock.setTimer(100, () => {});
    await turns();
    expect(clock.elapsed()).toBe(0);
    disk.answer();
    expect(await acknowledged).toBe(0);
    await clock.sleep(5);
    expect(clock.elapsed()).toBe(5);
  });

  test('with durability async does not hold time for an append', async () => {
    const { store: inner } = slowDisk();
    const clock = createVirtualClock();
    const store = createRepeatableStore(inner, clock, 'async');
    void store.append('r', 'a/0', batchOf('a/0', 1));
    await clock.sleep(100);
    expect(clock.elapsed()).toBe(100);
  });

  test('holds time while something is read', async () => {
    const { store: inner, disk } = slowDisk();
    const clock = createVirtualClock();
    const store = createRepeatableStore(inner, clock, 'async');
    const read = store.journal('r', 'a/0').then(() => clock.elapsed());
    clock.setTimer(100, () => {});
    await turns();
    expect(clock.elapsed()).toBe(0);
    disk.answer();
    expect(await read).toBe(0);
  });

  test('is short of room after so many bytes handed over, however fast the disk, until they are written', async () => {
    const { store: inner, disk } = slowDisk();
    const clock = createVirtualClock();
    const store = createRepeatableStore(inner, clock, 'async');
    disk.handedOver = STORE_BACKLOG_BYTES;
    expect(store.room()).toBeUndefined();
    disk.handedOver++;
    const room = store.room();
    expect(room).toBeInstanceOf(Promise);
    expect(store.room()).toBe(room);
    clock.setTimer(100, () => {});
    await turns();
    expect(clock.elapsed()).toBe(0);
    disk.answer();
    await room;
    expect(store.room()).toBeUndefined();
    disk.handedOver += STORE_BACKLOG_BYTES;
    expect(store.room()).toBeUndefined();
    disk.handedOver++;
    expect(store.room()).toBeInstanceOf(Promise);
  });

  test('room comes back when the disk fails, and a dropped append does no harm', async () => {
    const failing: LmdbStore = {
      ...createInMemoryStore(),
      append: () => Promise.reject(new Error('The disk is gone')),
      flush: () => Promise.reject(new Error('The disk is gone')),
      handedOverBytes: () => STORE_BACKLOG_BYTES + 1,
    };
    const store = createRepeatableStore(failing, createVirtualClock(), 'sync');
    void store.append('r', 'a/0', batchOf('a/0', 1));
    await expect(store.append('r', 'a/0', batchOf('a/0', 1))).rejects.toThrow('The disk is gone');
    await store.room();
  });
});

test('a trim and the removal of a note hold time until they are done on disk', async () => {
  const { store: inner, disk } = slowDisk();
  const clock = createVirtualClock();
  const slow: LmdbStore = { ...inner, trim: () => inner.flush(), deleteNote: () => inner.flush() };
  const store = createRepeatableStore(slow, clock, 'async');
  const done = Promise.all([store.trim('r', 'a/0', { turns: 1 }), store.deleteNote('r', 'a/0', 'disk')]);
  const doneAt = done.then(() => clock.elapsed());
  clock.setTimer(100, () => {});
  await turns();
  expect(clock.elapsed()).toBe(0);
  disk.answer();
  expect(await doneAt).toBe(0);
});

test('a note holds time until the disk has acknowledged it, whatever the durability', async () => {
  const { store: inner, disk } = slowDisk();
  const clock = createVirtualClock();
  const store = createRepeatableStore(inner, clock, 'async');
  const noted = store.putNote('r', 'a/0', noteOf('a/0', 'disk')).then(() => clock.elapsed());
  clock.setTimer(100, () => {});
  await turns();
  expect(clock.elapsed()).toBe(0);
  disk.answer();
  expect(await noted).toBe(0);
  expect(await store.notes('r', 'a/0')).toEqual([noteOf('a/0', 'disk')]);
});

test('trouble of the disk holds virtual time, whatever waits for its end', async () => {
  const { store, disk } = slowDisk();
  let end = (): void => {};
  let ready: Promise<void> | undefined = new Promise<void>((resolve) => {
    end = () => {
      ready = undefined;
      resolve();
    };
  });
  const clock = createVirtualClock();
  const repeatable = createRepeatableStore({ ...store, ready: () => ready, downMs: () => 5_000 }, clock, 'async');
  const done: string[] = [];
  const waited = repeatable.ready()?.then(() => done.push(`ready at ${clock.elapsed()}`));
  const written = repeatable
    .append('r', 'a/0', batchOf('a/0', 1))
    .then(() => done.push(`written at ${clock.elapsed()}`));
  const later = clock.sleep(1_000).then(() => done.push(`later at ${clock.elapsed()}`));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(done).toEqual([]);
  end();
  disk.answer();
  await Promise.all([waited, written, later]);
  expect(done).toEqual(['ready at 0', 'written at 0', 'later at 1000']);
  // Time stood still, so that nothing has to be made up for.
  expect(repeatable.downMs()).toBe(0);
  expect(repeatable.ready()).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import { createRunMemory } from '../../src/memory/run-memory.ts';
import type { JournalRecord } from '../../src/protocol.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const fact = (turn: number): JournalRecord => ({ type: 'model.intended', turn, at: turn, model: 'm' });
const append = (store: MemoryStore, ...turns: number[]) =>
  store.append('r', 'a/0', { journal: turns.map(fact), transcript: [] });
const turns = (records: readonly JournalRecord[]) => records.map(({ turn }) => turn);
const nothing = () => undefined;

describe('while the run is under way', () => {
  test('a journal is what is stored and what is not yet handed over', async () => {
    const store = createInMemoryStore();
    await append(store, 1, 2);
    const memory = createRunMemory(store, { run: 'r', kind: 'in-memory', directory: '' });
    const pending = [fact(3)];
    expect(turns(await memory.journal('a/0', () => pending))).toEqual([1, 2, 3]);
    expect(turns(await memory.journal('a/0', nothing))).toEqual([1, 2]);
    expect(await memory.journal('a/9', nothing)).toEqual([]);
  });

  test('what is handed over while it is read is there once', async () => {
    const inner = createInMemoryStore();
    let pending = [fact(1), fact(2)];
    let reads = 0;
    const store: MemoryStore = {
      ...inner,
      async journal(run, agent) {
        const before = await inner.journal(run, agent);
        if (++reads > 2) return before;
        const batch = pending;
        pending = [fact(reads + 2)];
        await inner.append('r', 'a/0', { journal: batch, transcript: [] });
        return before;
      },
    };
    const memory = createRunMemory(store, { run: 'r', kind: 'in-memory', directory: '' });
    expect(turns(await memory.journal('a/0', () => pending))).toEqual([1, 2, 3, 4]);
    expect(reads).toBe(3);
  });

  test('an agent that never rests gets what was stored at last', async () => {
    const store = createInMemoryStore();
    let turn = 0;
    const pending = () => {
      void append(store, ++turn);
      return [fact(99)];
    };
    const memory = createRunMemory(store, { run: 'r', kind: 'in-memory', directory: '' });
    const seen = turns(await memory.journal('a/0', pending));
    expect(seen).not.toContain(99);
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1));
    expect(seen.length).toBeGreaterThan(3);
  });

  test('closing leaves the run’s own store alone', async () => {
    const directory = temporaryFolder();
    const store = await openLmdbStore(directory);
    const memory = createRunMemory(store, { run: 'r', kind: 'lmdb', directory });
    await memory.close();
    await append(store, 1);
    expect(turns(await memory.journal('a/0', nothing))).toEqual([1]);
    await store.close();
  });
});

describe('after the end', () => {
  test('reading goes on from the disk, and the directory is free for the next run', async () => {
    const directory = temporaryFolder();
    const store = await openLmdbStore(directory);
    const memory = createRunMemory(store, { run: 'r', kind: 'lmdb', directory });
    await append(store, 1, 2);
    await memory.end();
    const second = await openLmdbStore(directory);
    expect(turns(await memory.journal('a/0', nothing))).toEqual([1, 2]);
    await second.close();
    expect(turns(await memory.journal('a/0', nothing))).toEqual([1, 2]);
    await memory.close();
    await memory.close();
  });

  test('whoever reads while the store is being closed gets its answer', async () => {
    const directory = temporaryFolder();
    const store = await openLmdbStore(directory);
    const memory = createRunMemory(store, { run: 'r', kind: 'lmdb', directory });
    await append(store, 1);
    const ended = memory.end();
    expect(turns(await memory.journal('a/0', nothing))).toEqual([1]);
    await ended;
    await memory.close();
  });

  test('a store in memory stays what it was', async () => {
    const store = createInMemoryStore();
    await append(store, 1);
    const memory = createRunMemory(store, { run: 'r', kind: 'in-memory', directory: '' });
    await memory.end();
    await memory.close();
    expect(turns(await memory.journal('a/0', nothing))).toEqual([1]);
  });

  test('a store that could not be written ends all the same', async () => {
    const directory = temporaryFolder();
    const broken = { ...createInMemoryStore(), close: () => Promise.reject(new Error('disk full')) };
    const memory = createRunMemory(broken, { run: 'r', kind: 'lmdb', directory });
    await memory.end();
    // Nothing has been written there.
    expect(await memory.journal('a/0', nothing)).toEqual([]);
    await memory.close();
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Json } from '../../src/protocol.ts';
import { describeNotes } from './notes-conformance.ts';
import { batchOf, deepJson, noteOf, resultOf, runOf, snapshotOf } from './records.ts';
import { describeReceived, describeTrim } from './trim-conformance.ts';

/** A store under test, and what it needs around it. */
export interface OpenedStore {
  readonly store: MemoryStore;
  /** Closes the store and opens what it left behind; absent: it leaves nothing behind. */
  readonly reopen?: () => Promise<MemoryStore>;
  readonly cleanup: () => Promise<void>;
}

/** What every `MemoryStore` promises. */
export function describeMemoryStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: a memory store`, () => {
    const cleanups: (() => Promise<void>)[] = [];
    const opened = async (): Promise<OpenedStore> => {
      const one = await open();
      cleanups.push(one.cleanup);
      return one;
    };
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0)) await cleanup();
    });

    describe('runs', () => {
      test('are listed newest first, those of one moment by id', async () => {
        const { store } = await opened();
        await store.putRun(runOf('b', '2026-01-02T00:00:00.000Z'));
        await store.putRun(runOf('c', '2026-01-01T00:00:00.000Z'));
        await store.putRun(runOf('a', '2026-01-02T00:00:00.000Z'));
        await store.putRun(runOf('d', '2026-01-03T00:00:00.000Z'));
        expect((await store.runs()).map(({ id }) => id)).toEqual(['d', 'a', 'b', 'c']);
      });

      test('are replaced as a whole', async () => {
        const { store } = await opened();
        await store.putRun(runOf('r'));
        await store.putRun({ ...runOf('r'), status: 'done' });
        expect(await store.run('r')).toEqual({ ...runOf('r'), status: 'done' });
        expect(await store.runs()).toHaveLength(1);
      });

      test('that are not there are undefined, and nothing is known of their agents', async () => {
        const { store } = await opened();
        expect(await store.run('none')).toBeUndefined();
        expect(await store.runs()).toEqual([]);
        expect(await store.journal('none', 'a/0')).toEqual([]);
        expect(await store.transcript('none', 'a/0')).toEqual([]);
        expect(await store.snapshot('none', 'a/0')).toBeUndefined();
        expect(await store.snapshots('none')).toEqual([]);
        expect(await store.notes('none', 'a/0')).toEqual([]);
      });

      test('are deleted with all their agents left, and no other run is touched', async () => {
        const { store } = await opened();
        for (const run of ['r', 'r2']) {
          await store.putRun(runOf(run));
          for (let index = 0; index < 600; index++) void store.append(run, `a/${index}`, batchOf(`a/${index}`, 1));
        }
        await store.deleteRun('r');
        expect(await store.run('r')).toBeUndefined();
        expect(await store.journal('r', 'a/7')).toEqual([]);
        expect(await store.snapshots('r')).toEqual([]);
        expect(await store.run('r2')).toEqual(runOf('r2'));
        expect(await store.snapshots('r2')).toHaveLength(600);
        expect(await store.journal('r2', 'a/7')).toEqual(batchOf('a/7', 1).journal);
      });

      test('can be deleted when they are not there, and begun again after', async () => {
        const { store } = await opened();
        await store.deleteRun('r');
        await store.append('r', 'a/0', batchOf('a/0', 1));
        await store.deleteRun('r');
        await store.append('r', 'a/0', batchOf('a/0', 2));
        expect(await store.journal('r', 'a/0')).toEqual(batchOf('a/0', 2).journal);
      });
    });

    test('a run takes what is its own on disk, and nothing when it is not there', async () => {
      const { store } = await opened();
      const isOnDisk = await writesBytes(store);
      for (const run of ['r', 's']) await store.putRun(runOf(run));
      const before = await store.bytes('r');
      for (let turn = 1; turn <= 3; turn++) await store.append('r', 'a/0', batchOf('a/0', turn));
      const large = { journal: [resultOf('x'.repeat(2_000_000))], transcript: [] };
      await store.append('s', 'a/0', large);
      expect(await store.bytes('r')).toBeGreaterThanOrEqual(before);
      expect((await store.bytes('r')) > before).toBe(isOnDisk);
      expect((await store.bytes('s')) > 2_000_000).toBe(isOnDisk);
      await store.deleteRun('s');
      expect([await store.bytes('s'), await store.bytes('none')]).toEqual([0, 0]);
    });

    describe('append', () => {
      test('adds to journal and transcript in the order of the calls, and replaces the snapshot', async () => {
        const { store } = await opened();
        const batches = Array.from({ length: 300 }, (_, turn) => batchOf('a/0', turn));
        for (const batch of batches) void store.append('r', 'a/0', batch);
        await store.flush();
        expect(await store.journal('r', 'a/0')).toEqual(batches.flatMap(({ journal }) => journal));
        expect(await store.transcript('r', 'a/0')).toEqual(batches.flatMap(({ transcript }) => transcript));
        expect(await store.history('r', 'a/0')).toEqual({
          journal: batches.flatMap(({ journal }) => journal),
          transcript: batches.flatMap(({ transcript }) => transcript),
        });
        expect(await store.snapshot('r', 'a/0')).toEqual(snapshotOf('a/0', 299));
      });

      test('without a snapshot keeps the last one', async () => {
        const { store } = await opened();
        const { journal, transcript } = batchOf('a/0', 2);
        void store.append('r', 'a/0', batchOf('a/0', 1));
        for (let count = 0; count < 40; count++) void store.append('r', 'a/0', { journal, transcript });
        await store.append('r', 'b/0', { journal, transcript });
        expect(await store.snapshot('r', 'a/0')).toEqual(snapshotOf('a/0', 1));
        expect(await store.snapshot('r', 'b/0')).toBeUndefined();
        expect(await store.snapshots('r')).toEqual([snapshotOf('a/0', 1)]);
      });

      test('is seen by a read that comes after it, without waiting for its promise', async () => {
        const { store } = await opened();
        void store.append('r', 'a/0', batchOf('a/0', 1));
        expect(await store.journal('r', 'a/0')).toEqual(batchOf('a/0', 1).journal);
        void store.append('r', 'a/0', batchOf('a/0', 2));
        expect(await store.snapshot('r', 'a/0')).toEqual(snapshotOf('a/0', 2));
        void store.append('r', 'a/1', batchOf('a/1', 1));
        expect(await store.snapshots('r')).toEqual([snapshotOf('a/0', 2), snapshotOf('a/1', 1)]);
      });

      test('keeps agents apart whose ids begin alike, and the same agent of two runs', async () => {
        const { store } = await opened();
        const names: [string, string][] = [
          ['r', 'a'],
          ['r', 'a/1'],
          ['r', 'a/10'],
          ['r', 'a/1\u0001'],
          ['ra', ''],
          ['r2', 'a/1'],
        ];
        names.forEach(([run, agent], turn) => {
          void store.append(run, agent, batchOf(agent, turn));
        });
        for (const [turn, [run, agent]] of names.entries()) {
          expect(await store.journal(run, agent)).toEqual(batchOf(agent, turn).journal);
          expect(await store.snapshot(run, agent)).toEqual(snapshotOf(agent, turn));
        }
        expect((await store.snapshots('r')).map(({ agent }) => agent)).toEqual(['a', 'a/1', 'a/1\u0001', 'a/10']);
      });

      test('takes ids in any script', async () => {
        const { store } = await opened();
        const agents = ['ärzte/1', '分析/1', 'агент/1', '🎭/1', '🎭/2', '\u{10FFFF}/1', 'x'.repeat(200)];
        for (const agent of agents) void store.append('läuf 🎭', agent, batchOf(agent, 3));
        for (const agent of agents) {
          expect(await store.journal('läuf 🎭', agent)).toEqual(batchOf(agent, 3).journal);
        }
        expect((await store.snapshots('läuf 🎭')).map(({ agent }) => agent).sort()).toEqual([...agents].sort());
      });

      test.each<[string, Json]>([
        ['null characters', { text: 'a\0b\0', '\0': ['\0'] }],
        ['JSON 500 levels deep', deepJson(500)],
        ['two megabytes', 'é'.repeat(1024 * 1024)],
        ['numbers at the limits', [Number.MAX_SAFE_INTEGER, -(2 ** 53), 5e-324, 1.7976931348623157e308, 0.1, 2 ** 32]],
        ['empty and odd values', [null, '', [], {}, { '': { constructor: 'x' } }, true, '\ud83c\udfad', '\u2028']],
      ])('keeps results that hold %s', async (_, content) => {
        const { store, reopen } = await opened();
        void store.append('r', 'a/0', { ...batchOf('a/0', 1), journal: [resultOf(content)] });
        await store.append('r', 'a/0', batchOf('a/0', 2));
        const expectAll = async (current: MemoryStore): Promise<void> => {
          expect(await current.journal('r', 'a/0')).toEqual([resultOf(content), ...batchOf('a/0', 2).journal]);
          expect(await current.snapshot('r', 'a/0')).toEqual(snapshotOf('a/0', 2));
        };
        await expectAll(store);
        if (reopen !== undefined) await expectAll(await reopen());
      });

      test('hands out lists of its own', async () => {
        const { store } = await opened();
        await store.append('r', 'a/0', batchOf('a/0', 1));
        (await store.journal('r', 'a/0')).length = 0;
        (await store.transcript('r', 'a/0')).length = 0;
        expect(await store.journal('r', 'a/0')).toHaveLength(1);
        expect(await store.transcript('r', 'a/0')).toHaveLength(2);
      });
    });

    describeNotes(opened);
    describeTrim(opened);
    describeReceived(opened);

    test('snapshots of a thousand agents come in natural order', async () => {
      const { store } = await opened();
      const count = 1_000;
      for (let index = count - 1; index >= 0; index--) void store.append('r', `a/${index}`, batchOf(`a/${index}`, 1));
      const snapshots = await store.snapshots('r');
      expect(snapshots.map(({ agent }) => agent)).toEqual(Array.from({ length: count }, (_, index) => `a/${index}`));
    });

    test('flush resolves when all that was handed over has been acknowledged, in the order of each agent', async () => {
      const { store } = await opened();
      const settled: number[] = [];
      for (let turn = 0; turn < 2_000; turn++) {
        void store.append('r', `a/${turn % 100}`, batchOf('a', turn)).then(() => settled.push(turn));
      }
      await store.flush();
      expect(settled).toHaveLength(2_000);
      const ofOne = settled.filter((turn) => turn % 100 === 7);
      expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b));
      expect(store.stats().writes).toBe(2_000);
      await store.flush();
    });

    test('room is undefined while there is some, and if not, it comes', async () => {
      const { store } = await opened();
      expect(store.room()).toBeUndefined();
      const content = 'x'.repeat(900_000);
      for (let index = 0; index < 90; index++) {
        void store.append('r', `a/${index}`, { journal: [resultOf(content)], transcript: [] });
      }
      await store.room();
      await store.flush();
      expect(store.room()).toBeUndefined();
    });

    test('without trouble there is nothing to wait for, and nothing to tell whoever would endure it', async () => {
      const { store } = await opened();
      const told: unknown[] = [];
      const end = store.endure((change) => told.push(change));
      void store.append('r', 'a/0', batchOf('a/0', 1));
      expect(store.ready()).toBeUndefined();
      expect(store.downMs()).toBe(0);
      await store.flush();
      end();
      end();
      await store.append('r', 'a/0', batchOf('a/0', 2));
      expect(await store.journal('r', 'a/0')).toHaveLength(2);
      expect(told).toEqual([]);
    });

    describe('close', () => {
      test('writes what was handed over', async () => {
        const { store, reopen } = await opened();
        if (reopen === undefined) return;
        for (let turn = 0; turn < 700; turn++) void store.append('r', 'a/0', batchOf('a/0', turn));
        void store.putRun(runOf('r'));
        const again = await reopen();
        expect(await again.journal('r', 'a/0')).toHaveLength(700);
        expect(await again.run('r')).toEqual(runOf('r'));
      });

      test('may be called twice', async () => {
        const { store } = await opened();
        await store.append('r', 'a/0', batchOf('a/0', 1));
        await Promise.all([store.close(), store.close()]);
        await store.close();
      });

      test('ends the use of the store: everything rejects with a clear error', async () => {
        const { store } = await opened();
        await store.close();
        const closed = { code: 'STORE_FAILED', message: expect.stringMatching(/^Cannot use the .*: it is closed$/) };
        void store.append('r', 'a/0', batchOf('a/0', 1));
        await expect(store.append('r', 'a/0', batchOf('a/0', 1))).rejects.toMatchObject(closed);
        await expect(store.putRun(runOf('r'))).rejects.toMatchObject(closed);
        await expect(store.journal('r', 'a/0')).rejects.toMatchObject(closed);
        await expect(store.runs()).rejects.toMatchObject(closed);
        await expect(store.flush()).rejects.toMatchObject(closed);
        await expect(store.putNote('r', 'a/0', noteOf('a/0', 'disk'))).rejects.toMatchObject(closed);
        await expect(store.notes('r', 'a/0')).rejects.toMatchObject(closed);
        await expect(store.deleteNote('r', 'a/0', 'disk')).rejects.toMatchObject(closed);
        await expect(store.received('r', 'a/0', { skip: 0, limit: 1 })).rejects.toMatchObject(closed);
        await expect(store.trim('r', 'a/0', { turns: 1 })).rejects.toMatchObject(closed);
        void store.trim('r', 'a/0', { turns: 1 });
      });
    });
  });
}

/** Whether what it is given reaches a disk. */
export async function writesBytes(store: MemoryStore): Promise<boolean> {
  await store.append('measured', 'a/0', batchOf('a/0', 1));
  const { bytes } = store.stats();
  await store.deleteRun('measured');
  return bytes > 0;
}

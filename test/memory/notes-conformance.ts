import { describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import { type OpenedStore, writesBytes } from './memory-store-conformance.ts';
import { batchOf, noteOf, runOf, snapshotOf } from './records.ts';

/** What every `MemoryStore` promises of notes. */
export function describeNotes(opened: () => Promise<OpenedStore>): void {
  describe('notes', () => {
    test('come oldest first, those of one moment by key', async () => {
      const { store, reopen } = await opened();
      for (const [key, at] of [
        ['b', 2],
        ['a', 2],
        ['late', 3],
        ['early', 1],
      ] as const) {
        await store.putNote('r', 'a/0', noteOf('a/0', key, at));
      }
      const expectAll = async (current: MemoryStore): Promise<void> => {
        const notes = await current.notes('r', 'a/0');
        expect(notes.map(({ key }) => key)).toEqual(['early', 'a', 'b', 'late']);
        expect(notes[0]).toEqual(noteOf('a/0', 'early', 1));
      };
      await expectAll(store);
      if (reopen !== undefined) await expectAll(await reopen());
    });

    test('of the same key are replaced, the last one handed over stays', async () => {
      const { store } = await opened();
      for (let at = 1; at <= 40; at++) void store.putNote('r', 'a/0', noteOf('a/0', `key ${at % 2}`, at));
      expect(await store.notes('r', 'a/0')).toEqual([noteOf('a/0', 'key 1', 39), noteOf('a/0', 'key 0', 40)]);
    });

    test('of each owner are its own: of agents whose ids begin alike, of all agents, of other runs', async () => {
      const { store } = await opened();
      const owners: [string, string][] = [
        ['r', 'a'],
        ['r', 'a/1'],
        ['r', 'a/10'],
        ['r', ''],
        ['r1', 'a'],
        ['r1', ''],
      ];
      for (const [place, [run, owner]] of owners.entries()) await store.putNote(run, owner, noteOf('a', 'same', place));
      for (const [place, [run, owner]] of owners.entries()) {
        expect(await store.notes(run, owner)).toEqual([noteOf('a', 'same', place)]);
      }
    });

    test.each([
      ['empty', ''],
      ['of a null character', 'a\0b'],
      ['of half a character', 'a\ud83c'],
      ['of another half a character', 'a\ud83d'],
      ['in any script', '分析 🎭 ärzte'],
      ['longer than a key may be', 'x'.repeat(4_000)],
      ['of control characters', '\u0001'.repeat(80)],
    ])('take a key that is %s', async (_, key) => {
      const { store } = await opened();
      await store.putNote('r', 'a/0', noteOf('a/0', 'a\ud83e'));
      await store.putNote('r', 'a/0', noteOf('a/0', key, 2));
      expect(await store.notes('r', 'a/0')).toEqual([noteOf('a/0', 'a\ud83e'), noteOf('a/0', key, 2)]);
    });

    test('are removed by key and owner, and one that is not there is fine', async () => {
      const { store, reopen } = await opened();
      for (const owner of ['', 'a/0']) await store.putNote('r', owner, noteOf('a/0', 'disk'));
      await store.putNote('r', 'a/0', noteOf('a/0', 'net', 2));
      const { writes } = store.stats();
      for (const key of ['disk', 'none']) await store.deleteNote('r', 'a/0', key);
      await store.deleteNote('none', 'a/0', 'disk');
      expect(store.stats().writes).toBe(writes);
      const expectAll = async (current: MemoryStore): Promise<void> => {
        expect(await current.notes('r', 'a/0')).toEqual([noteOf('a/0', 'net', 2)]);
        expect(await current.notes('r', '')).toEqual([noteOf('a/0', 'disk')]);
      };
      await expectAll(store);
      if (reopen !== undefined) await expectAll(await reopen());
    });

    test('are put and removed in the order of the calls', async () => {
      const { store } = await opened();
      void store.putNote('r', 'a/0', noteOf('a/0', 'gone'));
      void store.deleteNote('r', 'a/0', 'gone');
      void store.deleteNote('r', 'a/0', 'left');
      void store.putNote('r', 'a/0', noteOf('a/0', 'left'));
      expect(await store.notes('r', 'a/0')).toEqual([noteOf('a/0', 'left')]);
    });

    test('are deleted with their run, and no other run’s are', async () => {
      const { store } = await opened();
      for (const run of ['r', 'r2']) {
        await store.putRun(runOf(run));
        for (const owner of ['', 'a/0', 'a/1']) await store.putNote(run, owner, noteOf('a/0', 'disk'));
      }
      await store.deleteRun('r');
      expect(await store.bytes('r')).toBe(0);
      for (const owner of ['', 'a/0', 'a/1']) {
        expect(await store.notes('r', owner)).toEqual([]);
        expect(await store.notes('r2', owner)).toEqual([noteOf('a/0', 'disk')]);
      }
    });

    test('take their bytes, and count as writes', async () => {
      const { store } = await opened();
      const isOnDisk = await writesBytes(store);
      const before = store.stats();
      await store.putNote('r', 'a/0', { ...noteOf('a/0', 'disk'), text: 'x'.repeat(5_000) });
      const bytes = await store.bytes('r');
      expect(bytes > 5_000).toBe(isOnDisk);
      expect(store.stats()).toEqual({ writes: before.writes + 1, bytes: before.bytes + bytes });
    });

    test('are no batches, and nothing of their agents but their own', async () => {
      const { store } = await opened();
      await store.putNote('r', 'a/0', noteOf('a/0', 'disk'));
      await store.append('r', 'a/0', batchOf('a/0', 1));
      expect(await store.journal('r', 'a/0')).toEqual(batchOf('a/0', 1).journal);
      expect(await store.snapshots('r')).toEqual([snapshotOf('a/0', 1)]);
      (await store.notes('r', 'a/0')).length = 0;
      expect(await store.notes('r', 'a/0')).toHaveLength(1);
    });
  });
}

import { describe, expect, test } from 'vitest';
import { NoteCollections } from '../../src/agent/note-collections.ts';
import { NOTES_MAX } from '../../src/base/limits.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Note } from '../../src/protocol.ts';
import { noteOf } from '../memory/records.ts';

/** A store that counts its reads, and acknowledges a note when the test says so. */
function watchedStore(acknowledges = true) {
  const memory = createInMemoryStore();
  const waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const reads: string[] = [];
  const store: MemoryStore = {
    ...memory,
    notes: (run, owner) => {
      reads.push(owner);
      return memory.notes(run, owner);
    },
    async putNote(run, owner, note) {
      if (!acknowledges) await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
      await memory.putNote(run, owner, note);
    },
  };
  const add = (collections: NoteCollections, owner: string, note: Note) =>
    collections.add('r', owner, note, () => store.putNote('r', owner, note));
  return { memory, store, reads, waiting, add };
}

const settle = async (): Promise<void> => {
  for (let tick = 0; tick < 20; tick++) await Promise.resolve();
};

describe('note collections', () => {
  test('read the store once, and give the same list until something is noted', async () => {
    const { memory, store, reads, add } = watchedStore();
    await memory.putNote('r', 'a/0', noteOf('a/0', 'old', 1));
    const collections = new NoteCollections(store);
    const first = await collections.all('r', 'a/0');
    expect(first).toEqual([noteOf('a/0', 'old', 1)]);
    expect(await collections.all('r', 'a/0')).toBe(first);
    await add(collections, 'a/0', noteOf('a/0', 'new', 2));
    const second = await collections.all('r', 'a/0');
    expect(second.map(({ key }) => key)).toEqual(['old', 'new']);
    expect(second[0]).toBe(first[0]);
    await add(collections, 'a/0', noteOf('a/0', 'old', 3));
    expect((await collections.all('r', 'a/0')).map(({ key }) => key)).toEqual(['new', 'old']);
    expect(reads).toEqual(['a/0']);
    expect(await memory.notes('r', 'a/0')).toEqual(await collections.all('r', 'a/0'));
  });

  test('have a note when it is on disk, not before', async () => {
    const { store, waiting, add } = watchedStore(false);
    const collections = new NoteCollections(store);
    let noted = false;
    const adding = add(collections, '', noteOf('a/0', 'disk')).then(() => {
      noted = true;
    });
    await settle();
    expect([noted, await collections.all('r', '')]).toEqual([false, []]);
    waiting[0]!.resolve();
    await adding;
    expect(await collections.all('r', '')).toHaveLength(1);
  });

  test('take no more notes than an agent may have, with those on their way, but replace them', async () => {
    const { store, waiting, memory, add } = watchedStore(false);
    for (let count = 0; count < NOTES_MAX - 1; count++) await memory.putNote('r', 'a/0', noteOf('a/0', `k${count}`));
    const collections = new NoteCollections(store);
    const last = add(collections, 'a/0', noteOf('a/0', 'last', 2));
    const again = add(collections, 'a/0', noteOf('a/0', 'last', 3));
    await expect(add(collections, 'a/0', noteOf('a/0', 'more'))).rejects.toMatchObject({
      code: 'TOO_MANY',
      message: `Cannot remember "more": agent "a/0" has ${NOTES_MAX} notes, and that is the most; replace one by using its key`,
    });
    const replaced = add(collections, 'a/0', noteOf('a/0', 'k0', 4));
    const others = add(collections, 'a/1', noteOf('a/1', 'more'));
    await settle();
    for (const { resolve } of waiting) resolve();
    await Promise.all([last, again, replaced, others]);
    expect(await collections.all('r', 'a/0')).toHaveLength(NOTES_MAX);
  });

  test('read the store again after a failure', async () => {
    const { store, reads, waiting, add } = watchedStore(false);
    const collections = new NoteCollections(store);
    const lost = add(collections, 'a/0', noteOf('a/0', 'disk'));
    await settle();
    waiting[0]!.reject(new Error('The disk is gone'));
    await expect(lost).rejects.toThrow('The disk is gone');
    expect(await collections.all('r', 'a/0')).toEqual([]);
    expect(reads).toEqual(['a/0', 'a/0']);
    const unread = new NoteCollections({ ...store, notes: () => Promise.reject(new Error('Damaged')) });
    await expect(unread.all('r', 'a/0')).rejects.toThrow('Damaged');
    await expect(add(unread, 'a/0', noteOf('a/0', 'disk'))).rejects.toThrow('Damaged');
  });

  test('let those give way that were used longest ago, and never one in use', async () => {
    const { store, reads, waiting, add } = watchedStore(false);
    const collections = new NoteCollections(store, { maxChars: 1_200 });
    const adding = add(collections, 'a/0', noteOf('a/0', 'disk'));
    for (const owner of ['a/1', 'a/2', 'a/3', 'a/2']) await collections.all('r', owner);
    expect(reads).toEqual(['a/0', 'a/1', 'a/2', 'a/3']);
    await collections.all('r', 'a/1');
    expect(reads).toHaveLength(5);
    waiting[0]!.resolve();
    await adding;
    expect(await collections.all('r', 'a/0')).toHaveLength(1);
    expect(reads).toHaveLength(5);
  });
});

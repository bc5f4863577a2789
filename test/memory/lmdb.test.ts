import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, open } from 'lmdb';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeRecord } from '../../src/memory/lmdb/record.ts';
import { encodeVersion } from '../../src/memory/lmdb/store-version.ts';
import { compactLmdbStore, openLmdbStore } from '../../src/memory/lmdb.ts';
import { describeMemoryStore } from './memory-store-conformance.ts';
import { batchOf, noteOf, resultOf, runOf, snapshotOf } from './records.ts';

const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describeMemoryStore('lmdb', async () => {
  const directory = newFolder();
  const stores = [await openLmdbStore(directory)];
  const closeAll = async (): Promise<void> => {
    for (const store of stores) await store.close();
  };
  const reopen = async () => {
    await closeAll();
    const store = await openLmdbStore(directory);
    stores.push(store);
    return store;
  };
  return { store: stores[0]!, reopen, cleanup: closeAll };
});

/** A directory with three agents of two turns each, closed. */
async function filled(): Promise<string> {
  const directory = newFolder();
  const store = await openLmdbStore(directory);
  await store.putRun(runOf('r'));
  for (const turn of [1, 2]) {
    for (const agent of ['a/0', 'a/1', 'a/2']) void store.append('r', agent, batchOf(agent, turn));
  }
  await store.close();
  return directory;
}

describe('opening a directory', () => {
  test('makes it, with its parents, and a name with a dot is a directory too', async () => {
    const directory = join(newFolder(), 'new', 'my.data');
    const store = await openLmdbStore(directory);
    await store.close();
    expect(readdirSync(directory).sort()).toEqual(['data.mdb', 'lock.mdb']);
  });

  test('goes on where the last store ended, for known agents and new ones', async () => {
    const directory = await filled();
    const store = await openLmdbStore(directory);
    void store.append('r', 'a/1', batchOf('a/1', 3));
    void store.append('r', 'b/0', batchOf('b/0', 1));
    expect((await store.journal('r', 'a/1')).map(({ turn }) => turn)).toEqual([1, 2, 3]);
    expect((await store.snapshots('r')).map(({ agent, turn }) => [agent, turn])).toEqual([
      ['a/0', 2],
      ['a/1', 3],
      ['a/2', 2],
      ['b/0', 1],
    ]);
    await store.close();
  });

  test.each([
    ['is a file', (path: string) => path, 'it is a file, not a directory'],
    ['is under a file', (path: string) => join(path, 'data'), 'a part of the path is a file'],
  ])('that %s is refused', async (_, toDirectory, state) => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, '');
    const directory = toDirectory(path);
    await expect(openLmdbStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `Cannot open "${directory}": ${state}`,
    });
  });

  test.skipIf(!existsSync('/proc/self'))('that can never be made is refused at once', async () => {
    await expect(openLmdbStore('/proc/troupe/data')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('that cannot be made is refused', async () => {
    const directory = join(newFolder(), 'x'.repeat(300));
    const error = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining(`Cannot open "${directory}": `) };
    await expect(openLmdbStore(directory)).rejects.toMatchObject(error);
  });

  test('that holds something else in place of the data is refused, and is free again', async () => {
    const directory = newFolder();
    const path = join(directory, 'data.mdb');
    writeFileSync(path, 'This is a text, not a database. '.repeat(1_000));
    await expect(openLmdbStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `Cannot open "${directory}": "${path}" is not a database of ours`,
    });
    expect(existsSync(join(directory, 'lock'))).toBe(false);
  });

  test('that is open already is refused, until it is closed', async () => {
    const directory = newFolder();
    const store = await openLmdbStore(directory);
    await expect(openLmdbStore(directory)).rejects.toMatchObject({
      code: 'STORE_BUSY',
      message: `Cannot open "${directory}": process ${process.pid} is using it`,
    });
    await store.append('r', 'a/0', batchOf('a/0', 1));
    await store.close();
    await (await openLmdbStore(directory)).close();
  });
});

describe('opened for reading', () => {
  test('a directory without data is an empty store, and stays untouched', async () => {
    const parent = newFolder();
    for (const directory of [parent, join(parent, 'missing')]) {
      const store = await openLmdbStore(directory, { readOnly: true });
      expect(await store.runs()).toEqual([]);
      await store.close();
    }
    expect(readdirSync(parent)).toEqual([]);
  });

  test('sees what a writer has written, also while it writes, and writes nothing itself', async () => {
    const directory = await filled();
    const writer = await openLmdbStore(directory);
    const reader = await openLmdbStore(directory, { readOnly: true });
    expect(await reader.runs()).toEqual([runOf('r')]);
    expect(await reader.journal('r', 'a/1')).toHaveLength(2);
    await writer.append('r', 'a/1', batchOf('a/1', 3));
    expect(await reader.snapshot('r', 'a/1')).toEqual(snapshotOf('a/1', 3));
    await expect(reader.append('r', 'a/1', batchOf('a/1', 4))).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await reader.close();
    await writer.close();
  });
});

describe('batches over 1 MB', () => {
  const large = { ...batchOf('a/0', 1), journal: [resultOf('x'.repeat(3_000_000))] };

  test('are files, kept in order between the others, and gone with the run', async () => {
    const directory = newFolder();
    const store = await openLmdbStore(directory);
    for (const run of ['r', 'r2']) {
      void store.append(run, 'a/0', batchOf('a/0', 0));
      void store.append(run, 'a/0', large);
      void store.append(run, 'a/0', batchOf('a/0', 2));
    }
    await store.flush();
    expect(store.stats().writes).toBe(6);
    expect(store.stats().bytes).toBeGreaterThan(6_000_000);
    expect(await store.journal('r', 'a/0')).toEqual([
      ...batchOf('a/0', 0).journal,
      ...large.journal,
      ...batchOf('a/0', 2).journal,
    ]);
    const blobs = (): string[] => readdirSync(join(directory, 'blobs'), { recursive: true, encoding: 'utf8' });
    expect(blobs()).toHaveLength(4);
    await store.deleteRun('r');
    expect(blobs()).toHaveLength(2);
    expect(await store.transcript('r2', 'a/0')).toHaveLength(6);
    await store.close();
  });

  test('need no file for the snapshot; a file that is missing is told with agent and record', async () => {
    const directory = newFolder();
    const store = await openLmdbStore(directory);
    await store.append('r', 'a/0', large);
    rmSync(join(directory, 'blobs'), { recursive: true });
    expect(await store.snapshot('r', 'a/0')).toEqual(snapshotOf('a/0', 1));
    await expect(store.journal('r', 'a/0')).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/^Cannot read record 1 of agent "a\/0" in run "r": ENOENT/),
    });
    await store.close();
  });

  test('that cannot be written fail the store, and nothing refers to them', async () => {
    const directory = newFolder();
    const store = await openLmdbStore(directory);
    await store.append('r', 'a/0', batchOf('a/0', 0));
    writeFileSync(join(directory, 'blobs'), 'in the way');
    const failed = { code: 'STORE_FAILED', message: expect.stringContaining(`Cannot write to "${directory}": `) };
    void store.append('r', 'a/0', large);
    await expect(store.append('r', 'a/0', batchOf('a/0', 2))).rejects.toMatchObject(failed);
    expect(await store.journal('r', 'a/0')).toHaveLength(1);
    await expect(store.close()).rejects.toMatchObject(failed);
  });
});

describe('a record', () => {
  test('with a flipped byte is told with agent and number, and the rest stays readable', async () => {
    const directory = await filled();
    const path = join(directory, 'data.mdb');
    const data = readFileSync(path);
    const text = 'Anomaly 2: the 99th percentile of a/1';
    let flipped = 0;
    for (let at = data.indexOf(text); at >= 0; at = data.indexOf(text, at + 1)) {
      data[at + 3]! ^= 0x04;
      flipped++;
    }
    expect(flipped).toBeGreaterThan(0);
    writeFileSync(path, data);

    const store = await openLmdbStore(directory);
    const damaged = {
      code: 'STORE_FAILED',
      message: 'Cannot read record 2 of agent "a/1" in run "r": it is damaged, its checksum does not match',
    };
    await expect(store.journal('r', 'a/1')).rejects.toMatchObject(damaged);
    await expect(store.snapshot('r', 'a/1')).rejects.toMatchObject(damaged);
    expect(await store.journal('r', 'a/0')).toHaveLength(2);
    expect(await store.snapshot('r', 'a/2')).toEqual(snapshotOf('a/2', 2));
    expect(await store.runs()).toEqual([runOf('r')]);
    await store.close();
  });

  test('that cannot be encoded is refused, and the next one is not', async () => {
    const store = await openLmdbStore(newFolder());
    const round: Record<string, unknown> = {};
    round.round = round;
    const batch = { journal: [resultOf(round as never)], transcript: [] };
    await expect(store.append('r', 'a/0', batch)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await store.append('r', 'a/0', batchOf('a/0', 1));
    expect(await store.journal('r', 'a/0')).toEqual(batchOf('a/0', 1).journal);
    await store.close();
  });

  test('of an agent whose id does not fit a key is refused, by writes and reads', async () => {
    const store = await openLmdbStore(newFolder());
    const refused = { code: 'STORE_FAILED', message: expect.stringMatching(/^Cannot store agent "/) };
    for (const agent of ['x'.repeat(2_000), 'a\0b', 'a/\ud83c', '\u0001'.repeat(64)]) {
      await expect(store.append('r', agent, batchOf(agent, 1))).rejects.toMatchObject(refused);
      await expect(store.journal('r', agent)).rejects.toMatchObject(refused);
    }
    for (const longest of ['\u0001'.repeat(63), 'é'.repeat(899)]) {
      for (const turn of [1, 2]) await store.append('r', longest, batchOf(longest, turn));
      expect(await store.journal('r', longest)).toHaveLength(2);
      expect(await store.snapshot('r', longest)).toEqual(snapshotOf(longest, 2));
    }
    await store.close();
  });
});

describe('notes', () => {
  test('with a flipped byte are told with their owner, and the rest stays readable', async () => {
    const directory = await filled();
    const writer = await openLmdbStore(directory);
    for (const owner of ['a/0', 'a/1', '']) {
      for (const key of ['disk', 'net']) await writer.putNote('r', owner, noteOf(owner || 'a/2', key));
    }
    await writer.close();
    const path = join(directory, 'data.mdb');
    const data = readFileSync(path);
    const text = 'What a/1 knows of net';
    for (let at = data.indexOf(text); at >= 0; at = data.indexOf(text, at + 1)) data[at + 3]! ^= 0x04;
    writeFileSync(path, data);

    const store = await openLmdbStore(directory);
    await expect(store.notes('r', 'a/1')).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: 'Cannot read a note of agent "a/1" in run "r": it is damaged, its checksum does not match',
    });
    expect(await store.notes('r', 'a/0')).toHaveLength(2);
    await store.close();
    const damages: unknown[] = [];
    const reader = await openLmdbStore(directory, { readOnly: true, onDamage: (damage) => damages.push(damage) });
    expect(await reader.snapshots('r')).toHaveLength(3);
    expect(damages).toEqual([
      { run: 'r', agent: 'a/1', isNote: true, problem: 'it is damaged, its checksum does not match' },
    ]);
    expect(await reader.notes('r', 'a/1')).toEqual([noteOf('a/1', 'disk')]);
    expect(await reader.notes('r', '')).toHaveLength(2);
    await reader.close();
  });

  test('are none in a directory from before there were any, and can be added', async () => {
    const directory = await filled();
    const root = open({ path: directory, maxDbs: 32, encoding: 'binary', noSubdir: false });
    await root.openDB({ name: 'notes', encoding: 'binary' }).drop();
    await root.close();
    const reader = await openLmdbStore(directory, { readOnly: true });
    expect(await reader.notes('r', 'a/0')).toEqual([]);
    expect(await reader.bytes('r')).toBeGreaterThan(0);
    await reader.close();
    const store = await openLmdbStore(directory);
    await store.putNote('r', 'a/0', noteOf('a/0', 'disk'));
    expect(await store.notes('r', 'a/0')).toEqual([noteOf('a/0', 'disk')]);
    await store.close();
  });

  test('stay when the data file is compacted, also a damaged one', async () => {
    const directory = await filled();
    const writer = await openLmdbStore(directory);
    for (const key of ['disk', 'net']) await writer.putNote('r', 'a/0', noteOf('a/0', key));
    await writer.close();
    const expectBoth = async (): Promise<void> => {
      const reader = await openLmdbStore(directory, { readOnly: true });
      expect(await reader.notes('r', 'a/0')).toEqual([noteOf('a/0', 'disk'), noteOf('a/0', 'net')]);
      await reader.close();
    };
    await compactLmdbStore(directory);
    await expectBoth();
    // One of the two descriptions of the database.
    const path = join(directory, 'data.mdb');
    const data = readFileSync(path);
    data.fill(0, 24, 168);
    writeFileSync(path, data);
    rmSync(join(directory, 'lock.mdb'), { force: true });
    await compactLmdbStore(directory);
    await expectBoth();
  });

  test('of an owner whose id does not fit a key are refused', async () => {
    const store = await openLmdbStore(newFolder());
    const refused = { code: 'STORE_FAILED', message: expect.stringMatching(/^Cannot store agent "/) };
    await expect(store.putNote('r', 'a\0b', noteOf('a', 'disk'))).rejects.toMatchObject(refused);
    await expect(store.notes('r', 'a\0b')).rejects.toMatchObject(refused);
    await store.close();
  });
});

test('all runs of a directory live in a few files of it', async () => {
  const directory = newFolder();
  mkdirSync(join(directory, 'mine'));
  const store = await openLmdbStore(directory);
  for (let run = 0; run < 50; run++) void store.append(`r${run}`, 'a/0', batchOf('a/0', 1));
  await store.close();
  expect(readdirSync(directory).sort()).toEqual(['data.mdb', 'lock.mdb', 'mine']);
});

describe('the version of a directory', () => {
  const editVersion = async (directory: string, work: (table: Database<Buffer, string>) => Promise<unknown>) => {
    const root = open({ path: directory, maxDbs: 32, encoding: 'binary', noSubdir: false });
    await work(root.openDB({ name: 'store', encoding: 'binary' }));
    await root.close();
  };

  test('from before there was one is 1, and gets it', async () => {
    const directory = await filled();
    await editVersion(directory, (table) => table.remove('version'));
    const reader = await openLmdbStore(directory, { readOnly: true });
    expect(await reader.runs()).toHaveLength(1);
    await reader.close();
    const store = await openLmdbStore(directory);
    expect(await store.journal('r', 'a/0')).toHaveLength(2);
    await store.close();
    await editVersion(directory, async (table) => expect(table.get('version')).toEqual(encodeVersion()));
  });

  test('that is newer is refused to writers and readers, and nothing is changed', async () => {
    const directory = await filled();
    await editVersion(directory, (table) => table.put('version', encodeRecord({ layout: 2 })));
    const before = readFileSync(join(directory, 'data.mdb'));
    for (const readOnly of [true, false]) {
      await expect(openLmdbStore(directory, { readOnly, onDamage: () => {} })).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message:
          `Cannot open "${directory}": its memory is of version 2, and this troupe knows version 1 alone; ` +
          'open it with a newer troupe, or begin a new one with --data',
      });
    }
    expect(readFileSync(join(directory, 'data.mdb')).equals(before)).toBe(true);
    expect(existsSync(join(directory, 'lock'))).toBe(false);
  });
});

import { expect, test } from 'vitest';
import { createInMemoryStore } from '../../../src/memory/in-memory.ts';
import { toReadOnly } from '../../../src/memory/lmdb/read-only.ts';
import { batchOf, noteOf, runOf, snapshotOf } from '../records.ts';

test('reads are those of the store, and every write is refused with the directory', async () => {
  const store = createInMemoryStore();
  await store.putRun(runOf('r'));
  await store.append('r', 'a/0', batchOf('a/0', 1));
  await store.putNote('r', 'a/0', noteOf('a/0', 'disk'));
  const reader = toReadOnly(store, '/data');

  expect(await reader.runs()).toEqual([runOf('r')]);
  expect(await reader.run('r')).toEqual(runOf('r'));
  expect(await reader.journal('r', 'a/0')).toEqual(batchOf('a/0', 1).journal);
  expect(await reader.transcript('r', 'a/0')).toEqual(batchOf('a/0', 1).transcript);
  expect(await reader.snapshot('r', 'a/0')).toEqual(snapshotOf('a/0', 1));
  expect(await reader.snapshots('r')).toEqual([snapshotOf('a/0', 1)]);
  expect(await reader.notes('r', 'a/0')).toEqual([noteOf('a/0', 'disk')]);
  expect(await reader.received('r', 'a/0', { skip: 0, limit: 9 })).toEqual([]);
  expect(reader.room()).toBeUndefined();
  expect(reader.stats()).toEqual({ writes: 0, bytes: 0 });
  await reader.flush();

  const refused = { code: 'STORE_FAILED', message: 'Cannot write to "/data": it was opened for reading' };
  void reader.append('r', 'a/0', batchOf('a/0', 2));
  await expect(reader.append('r', 'a/0', batchOf('a/0', 2))).rejects.toMatchObject(refused);
  await expect(reader.putRun(runOf('r'))).rejects.toMatchObject(refused);
  await expect(reader.putNote('r', 'a/0', noteOf('a/0', 'net'))).rejects.toMatchObject(refused);
  await expect(reader.deleteNote('r', 'a/0', 'disk')).rejects.toMatchObject(refused);
  await expect(reader.trim('r', 'a/0', { turns: 1 })).rejects.toMatchObject(refused);
  await expect(reader.deleteRun('r')).rejects.toMatchObject(refused);

  await reader.close();
  await expect(store.runs()).rejects.toMatchObject({ code: 'STORE_FAILED' });
});

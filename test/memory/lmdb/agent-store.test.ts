import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/memory/lmdb.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { answerOf, messageOf, receivedOf, resultOf } from '../records.ts';

const LARGE = 'x'.repeat(1_100_000);

test('reads that come before a trim have their files, and those after it what is left', async () => {
  const directory = temporaryFolder();
  const store = await openLmdbStore(directory);
  for (let turn = 1; turn <= 4; turn++)
    void store.append('r', 'a/0', { ...answerOf(turn), journal: [resultOf(LARGE)] });
  for (let turn = 5; turn <= 6; turn++) void store.append('r', 'a/0', answerOf(turn));
  const files = (): number => readdirSync(join(directory, 'blobs'), { recursive: true }).length - 1;
  await store.flush();
  expect(files()).toBe(4);
  const before = store.journal('r', 'a/0');
  void store.trim('r', 'a/0', { turns: 1 });
  const after = store.journal('r', 'a/0');
  expect(await before).toHaveLength(6);
  expect(await after).toEqual(answerOf(6).journal);
  expect(files()).toBe(0);
  await store.close();
});

test('a file of the same content as another agent’s goes alone', async () => {
  const store = await openLmdbStore(temporaryFolder());
  const same = { journal: [resultOf(LARGE)], transcript: [] };
  for (const agent of ['a/0', 'a/1']) void store.append('r', agent, same);
  for (let turn = 2; turn <= 3; turn++) void store.append('r', 'a/0', answerOf(turn));
  await store.trim('r', 'a/0', { turns: 1 });
  expect(await store.journal('r', 'a/1')).toEqual(same.journal);
  await store.close();
});

test('closing waits for trims under way', async () => {
  const directory = temporaryFolder();
  const store = await openLmdbStore(directory);
  for (let turn = 1; turn <= 900; turn++) void store.append('r', 'a/0', answerOf(turn));
  const trimmed = store.trim('r', 'a/0', { turns: 2 });
  await store.close();
  await trimmed;
  const reader = await openLmdbStore(directory, { readOnly: true });
  expect(await reader.history('r', 'a/0')).toMatchObject({ trimmed: 1_796 });
  await reader.close();
});

test('messages received are read while others are being written', async () => {
  const store = await openLmdbStore(temporaryFolder());
  for (let number = 1; number <= 300; number++) void store.append('r', 'a/0', receivedOf(0, `m${number}`));
  const [read] = await store.received('r', 'a/0', { skip: 299, limit: 5 });
  expect(read).toEqual(messageOf('m300'));
  await store.close();
});

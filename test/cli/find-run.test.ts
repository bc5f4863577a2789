import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDamageList } from '../../src/cli/damage-list.ts';
import { findAnyRun, findRun } from '../../src/cli/find-run.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import { runOf } from '../memory/records.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function storeOf(...ids: string[]) {
  const store = createInMemoryStore();
  for (const [i, id] of ids.entries()) await store.putRun(runOf(id, `2026-01-0${i + 1}T00:00:00.000Z`));
  return store;
}

test.each([
  ['abc1', 'abc1'],
  ['abc', 'abc'],
  ['x', 'xyz'],
  ['last', 'xyz'],
])('%s is run %s', async (name, id) => {
  expect((await findRun(await storeOf('abc', 'abc1', 'xyz'), 'data', name)).id).toBe(id);
});

test('what fits several runs is refused with their ids', async () => {
  await expect(findRun(await storeOf('abc', 'abc1', 'xyz'), 'data', 'ab')).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: 'Cannot find run "ab": it may be abc1, abc',
  });
});

test('a run that is not there is refused with where to look', async () => {
  await expect(findRun(await storeOf('abc'), 'data', 'abcd')).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: 'Cannot find run "abcd": no such run; "troupe runs --data data" lists them',
  });
  await expect(findRun(await storeOf('abc'), '.troupe', 'abcd')).rejects.toThrow('"troupe runs" lists them');
});

test('a directory without runs and one that is not there are told apart', async () => {
  const folder = temporaryFolder();
  const missing = join(folder, 'missing');
  await expect(findRun(await storeOf(), folder, 'last')).rejects.toThrow(`"${folder}" holds no runs`);
  await expect(findRun(await storeOf(), missing, 'last')).rejects.toThrow(`"${missing}" does not exist`);
});

test('a run whose record is damaged is found too, and refused to those who need it', async () => {
  const damage = createDamageList();
  damage.add({ run: 'lost', problem: 'it is damaged' });
  damage.add({ run: 'abc', agent: 'a/1', problem: 'it is missing' });
  const store = await storeOf('abc');
  expect(await findAnyRun(store, 'data', 'lo', damage)).toEqual({ id: 'lost', record: undefined });
  expect((await findAnyRun(store, 'data', 'last', damage)).record?.id).toBe('abc');
  await expect(findRun(store, 'data', 'lost', damage)).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: 'Cannot read run "lost": it is damaged; "troupe show lost --data data" shows its agents',
  });
});

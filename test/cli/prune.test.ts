import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prune } from '../../src/cli/prune.ts';
import { runs } from '../../src/cli/runs.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { batchOf, runOf } from '../memory/records.ts';
import { editData, flipText, rootOfBatches, smallDirectory } from '../memory/small-directory.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';

/** Three ended runs, `3` the newest, and one that was interrupted before. */
async function filled(): Promise<string> {
  const data = temporaryFolder();
  const store = await openLmdbStore(data);
  for (const n of [0, 1, 2, 3]) {
    const run = runOf(`run${n}`, `2026-01-0${n + 1}T10:00:00.000Z`);
    await store.putRun({ ...run, scenario: n === 2 ? 'other' : 'triage', status: n === 0 ? 'interrupted' : 'done' });
    for (let turn = 1; turn <= 60; turn++) void store.append(run.id, 'a/0', batchOf('a/0', turn));
  }
  await store.close();
  return data;
}

async function left(data: string): Promise<string[]> {
  const store = await openLmdbStore(data, { readOnly: true, onDamage: () => {} });
  const ids = (await store.runs()).map(({ id }) => id);
  await store.close();
  return ids;
}

test('runs beyond the limits go, and the file is smaller', async () => {
  const data = await filled();
  const before = statSync(join(data, 'data.mdb')).size;
  const { result, stdout } = await captured(() => runs({ data, prune: true, keepRuns: 1 }));
  expect(result).toBe(0);
  expect(await left(data)).toEqual(['run3', 'run0']);
  const after = statSync(join(data, 'data.mdb')).size;
  expect(after).toBeLessThan(before);
  expect(stdout).toMatch(
    /^run2 +other +2026-01-03 10:00:00 +\d+\.\d kB\nrun1 +triage +2026-01-02 10:00:00 +\d+\.\d kB$/m,
  );
  expect(stdout).toMatch(/^2 runs removed, \d+\.\d kB\n".*" had \d+ kB in its data file and has \d+(\.\d)? kB$/m);
});

test('a dry run only says what would go', async () => {
  const data = await filled();
  const before = readFileSync(join(data, 'data.mdb'));
  const { stdout } = await captured(() => prune({ data, keepBytes: 0, dryRun: true }));
  expect(stdout).toMatch(/^3 runs would go, \d+ kB$/m);
  expect(readFileSync(join(data, 'data.mdb')).equals(before)).toBe(true);
});

test.each([
  [{ keepRuns: 1, scenario: 'triage' }, ['run3', 'run2', 'run0']],
  [{ keepRuns: 0, all: true }, []],
  [{ keepDays: 1 }, ['run0']],
  [{ keepBytes: 1e9 }, ['run3', 'run2', 'run1', 'run0']],
  [{}, ['run3', 'run2', 'run1', 'run0']],
])('%j leaves %j', async (limits, expected) => {
  const data = await filled();
  const { stdout } = await captured(() => prune({ data, json: true, ...limits }));
  expect(await left(data)).toEqual(expected);
  const told = JSON.parse(stdout);
  expect(told.removed).toHaveLength(4 - expected.length);
  expect(told.afterBytes).toBeLessThanOrEqual(told.beforeBytes);
});

test('a directory in use is refused, one that is not there holds nothing', async () => {
  const data = await filled();
  const store = await openLmdbStore(data);
  await expect(prune({ data, keepDays: 1 })).rejects.toMatchObject({ code: 'STORE_BUSY' });
  await store.close();
  const missing = join(temporaryFolder(), 'missing');
  const dry = await captured(() => prune({ data: missing, keepRuns: 1, dryRun: true }));
  expect(dry.stdout).toBe('No run is beyond the limits.\n');
  const { stdout } = await captured(() => prune({ data: missing, keepRuns: 1, json: true }));
  expect(JSON.parse(stdout)).toEqual({ removed: [], dryRun: false, beforeBytes: 0, afterBytes: 0 });
  expect(existsSync(missing)).toBe(false);
});

test('runs whose record is damaged go with --all alone', async () => {
  const data = await smallDirectory();
  flipText(data, 'name: triage');
  await captured(() => prune({ data, keepRuns: 0 }));
  expect((await captured(() => runs({ data }))).stdout).toMatch(/^r +damaged/m);
  const { stdout } = await captured(() => prune({ data, keepRuns: 0, all: true, json: true }));
  expect(JSON.parse(stdout).removed.map(({ id }: { id: string }) => id)).toEqual(['r', 's']);
  expect((await captured(() => runs({ data }))).result).toBe(0);
});

test('of a damaged data file it makes one that can be written to', async () => {
  const data = await smallDirectory();
  editData(data, (bytes) => {
    bytes[rootOfBatches(bytes) * 4_096 + 18]! ^= 0x40;
    return bytes;
  });
  await expect(openLmdbStore(data)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  const { stdout } = await captured(() => prune({ data }));
  expect(stdout).toContain('No run is beyond the limits.\n');
  const store = await openLmdbStore(data);
  expect(await store.runs()).toHaveLength(2);
  await store.close();
});

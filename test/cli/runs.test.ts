import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runs } from '../../src/cli/runs.ts';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import { runOf } from '../memory/records.ts';
import { editData, flipText, rootOfBatches, smallDirectory } from '../memory/small-directory.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { captured } from './captured.ts';
import { rehearsedData } from './example.ts';

test('runs are listed newest first, a rehearsal without a date', async () => {
  const { data, summary } = await rehearsedData(temporaryFolder());
  const store = await openLmdbStore(data);
  await store.putRun(runOf('old', '2026-01-01T10:00:00.000Z'));
  await store.putRun(runOf('new', '2026-01-02T10:00:00.000Z'));
  await store.close();
  const { result, stdout } = await captured(() => runs({ data }));
  expect(result).toBe(0);
  const [headings, ...rows] = stdout.trimEnd().split('\n');
  expect(headings).toMatch(/^run +scenario +status +started +seed +agents +done +failed +took +size$/);
  const sorted = rows.map((row) => row.split(/ {2,}/));
  expect(sorted.map(([id]) => id)).toEqual([summary.run, 'new', 'old']);
  expect(sorted[1]).toEqual([
    'new',
    'triage',
    'running',
    '2026-01-02 10:00:00',
    '42',
    '3',
    expect.stringMatching(/^2\d\d bytes$/),
  ]);
  expect(sorted[0]?.at(-1)).toMatch(/^\d+\.\d kB$/);
  expect(sorted[0]?.slice(1, 8)).toEqual(['example', 'done', 'virtual time', '5', '3', '3', '0']);
});

test('as JSON they are one object, without the text of their scenarios', async () => {
  const { data, summary } = await rehearsedData(temporaryFolder());
  const { stdout } = await captured(() => runs({ data, json: true }));
  expect(stdout.trimEnd()).not.toContain('\n');
  const [run, ...others] = JSON.parse(stdout).runs;
  expect(others).toEqual([]);
  expect(run).toMatchObject({ id: summary.run, status: 'done', virtual: true, summary: { turns: 12 } });
  expect(run).not.toHaveProperty('source');
});

test('a directory that is not there holds no runs, and is not made', async () => {
  const data = join(temporaryFolder(), 'missing');
  const { result, stdout } = await captured(() => runs({ data }));
  expect({ result, stdout }).toEqual({
    result: 0,
    stdout: `No runs in "${data}". "troupe run FILE --data ${data}" makes one.\n`,
  });
  expect(existsSync(data)).toBe(false);
});

test('a run whose record is damaged is marked, and the others are listed', async () => {
  const data = await smallDirectory();
  flipText(data, 'name: triage');
  const { result, stdout } = await captured(() => runs({ data }));
  expect(result).toBe(1);
  expect(stdout).toMatch(/^r +damaged .* kB$/m);
  expect(stdout).toMatch(/^Cannot read run "s": it is damaged, its checksum does not match$/m);
  const store = await openLmdbStore(data);
  await store.putRun(runOf('s'));
  await store.close();
  const one = await captured(() => runs({ data, json: true }));
  expect(JSON.parse(one.stdout)).toMatchObject({
    runs: [{ id: 's', bytes: expect.any(Number) }],
    damaged: [{ run: 'r', problem: 'it is damaged, its checksum does not match' }],
  });
});

test('a damaged data file is told, and what is left of it is listed', async () => {
  const data = await smallDirectory();
  editData(data, (bytes) => {
    bytes[rootOfBatches(bytes) * 4_096 + 18]! ^= 0x40;
    return bytes;
  });
  const { result, stdout } = await captured(() => runs({ data }));
  expect(result).toBe(1);
  expect(stdout).toMatch(/^r +triage +interrupted/m);
  expect(stdout).toMatch(/^Cannot read a part of the data: in data.mdb, page \d+ is of no known kind \(65\)$/m);
});

test('limits are for --prune', async () => {
  await expect(runs({ data: temporaryFolder(), keepRuns: 3 })).rejects.toMatchObject({
    code: 'USAGE',
    message: 'Cannot use --keep-runs without --prune',
  });
});

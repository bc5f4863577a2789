import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  latestMeta,
  type Meta,
  PageFile,
  readInt64,
  readUint64,
  writeUint64,
} from '../../../src/memory/lmdb/page-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { editData, smallDirectory } from '../small-directory.ts';

function opened(path: string): PageFile {
  const file = new PageFile(path);
  onTestFinished(() => file.close());
  return file;
}

const dataOf = (directory: string) => join(directory, 'data.mdb');

test('the two descriptions of a database follow each other', async () => {
  const file = opened(dataOf(await smallDirectory()));
  expect(file.pageBytes).toBe(4_096);
  const metas = file.metas();
  const latest = latestMeta(metas)!;
  expect(metas.map(({ page }) => page)).toEqual([0, 1]);
  expect(metas.map(({ transaction }) => transaction).sort((a, b) => a - b)).toEqual([
    latest.transaction - 1,
    latest.transaction,
  ]);
  expect(latest.page).toBe(latest.transaction % 2);
  expect(latest.main).toMatchObject({ depth: 1, entries: 4, leafPages: 1 });
  expect((latest.lastPage + 1) * file.pageBytes).toBeGreaterThanOrEqual(file.fileBytes);
});

test('one that is damaged is left out, unless all are asked for', async () => {
  const directory = await smallDirectory();
  editData(directory, (data) => data.fill(0, 24, 28));
  const file = opened(dataOf(directory));
  expect(file.pageBytes).toBe(4_096);
  expect(file.metas().map(({ page }) => page)).toEqual([1]);
  expect(file.metas(true).map(({ page }) => page)).toEqual([0, 1]);
});

test('what is not in the file is told', async () => {
  const path = join(temporaryFolder(), 'data.mdb');
  writeFileSync(path, 'x'.repeat(5_000));
  const file = opened(path);
  expect(file.metas()).toEqual([]);
  expect(file.page(0).bytes).toEqual(readFileSync(path).subarray(0, 4_096));
  expect(() => file.page(1)).toThrow('is cut off: the file ends at 5000 bytes');
  expect(() => file.read(4_990, 11)).toThrow('is cut off');
});

test('numbers of eight bytes are read and written', () => {
  const view = new DataView(new ArrayBuffer(16));
  for (const value of [0, 1, 2 ** 32, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER]) {
    writeUint64(view, 8, value);
    expect([readUint64(view, 8), readInt64(view, 8), readUint64(view, 0)]).toEqual([value, value, 0]);
  }
  new BigInt64Array(view.buffer)[0] = -3n;
  expect(readInt64(view, 0)).toBe(-3);
});

test('the later description counts, the first one if they are alike', () => {
  const metaOf = (page: 0 | 1, transaction: number) => ({ page, transaction }) as Meta;
  expect(latestMeta([metaOf(0, 4), metaOf(1, 5)])?.page).toBe(1);
  expect(latestMeta([metaOf(0, 6), metaOf(1, 5)])?.page).toBe(0);
  expect(latestMeta([metaOf(0, 0), metaOf(1, 0)])?.page).toBe(0);
  expect(latestMeta([metaOf(1, 5)])?.page).toBe(1);
  expect(latestMeta([])).toBeUndefined();
});

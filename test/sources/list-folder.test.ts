import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listFolder } from '../../src/sources/list-folder.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('lists files only, and not those hidden', async () => {
  const folder = temporaryFolder();
  for (const name of ['a.md', 'b.MD', 'c.txt', '.d.md', 'amd']) writeFileSync(join(folder, name), name);
  mkdirSync(join(folder, 'sub.md'));
  symlinkSync(join(folder, 'a.md'), join(folder, 'link.md'));
  const list = async (extension?: string) => (await listFolder(folder, extension, () => false)).map(({ name }) => name);
  expect((await list('md')).sort()).toEqual(['a.md', 'b.MD']);
  expect((await list()).sort()).toEqual(['a.md', 'amd', 'b.MD', 'c.txt']);
});

test('says what a file is like; of a known one its name is enough', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a');
  writeFileSync(path, 'abc');
  utimesSync(path, 5, 5);
  const [file] = await listFolder(folder, undefined, () => false);
  expect(file).toMatchObject({ name: 'a', path, bytes: 3, writtenMs: 5_000 });
  expect(file?.changedMs).toBeGreaterThan(1e12);
  expect(await listFolder(folder, undefined, (name) => name === 'a')).toMatchObject([{ name: 'a', writtenMs: 0 }]);
});

test('rejects where there is no folder', async () => {
  await expect(listFolder(join(temporaryFolder(), 'no'), undefined, () => false)).rejects.toThrow('ENOENT');
  await expect(listFolder(import.meta.filename, undefined, () => false)).rejects.toThrow('ENOTDIR');
});

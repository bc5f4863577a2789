import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMemberFiles } from '../../src/scenario/member-files.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function folderWith(...paths: string[]): string {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  return folder;
}

test('a row for each file, in the order of the paths, whatever the file system says first', async () => {
  const folder = folderWith('b.md', 'a/z.md', 'a/B.md', 'a.md', 'c.txt');
  const rows = await readMemberFiles(folder, undefined);
  expect(rows.map(({ path }) => path)).toEqual(['a.md', 'a/B.md', 'a/z.md', 'b.md', 'c.txt']);
  expect(rows[2]).toEqual({ path: 'a/z.md', name: 'z.md' });
});

test('only those with the extension; no links, hidden files or node_modules', async () => {
  const folder = folderWith('a.md', 'B.MD', 'amd', 'x.mdx', '.hidden.md', '.git/x.md', 'node_modules/p/README.md');
  symlinkSync(folderWith('secret.md'), join(folder, 'link'));
  symlinkSync(join(folder, 'a.md'), join(folder, 'link.md'));
  expect((await readMemberFiles(folder, 'md')).map(({ path }) => path)).toEqual(['B.MD', 'a.md']);
});

test('a folder that cannot be read is a problem of the scenario', async () => {
  await expect(readMemberFiles('/nowhere/at/all', 'md')).rejects.toThrow(/^\/nowhere\/at\/all.*cannot be read: ENOENT/);
});

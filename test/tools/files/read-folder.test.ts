import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FolderRequest } from '../../../src/tools/files/list-tree.ts';
import { readFolder } from '../../../src/tools/files/read-folder.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function makeFolder(): string {
  const root = realpathSync(temporaryFolder());
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'b.txt'), 'four');
  writeFileSync(join(root, 'a.md'), 'x');
  writeFileSync(join(root, '.troupe-1-1.tmp'), 'half');
  symlinkSync('/etc/passwd', join(root, 'link'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  return root;
}

const request = (rest: Partial<FolderRequest> = {}): FolderRequest => ({
  isWanted: () => true,
  measured: 100,
  most: 100,
  signal: new AbortController().signal,
  ...rest,
});

describe('readFolder', () => {
  test('gives files with their size, folders and links, by name', async () =>
    expect(await readFolder(makeFolder(), [], request())).toEqual([
      { name: 'a.md', kind: 'file', wanted: true, bytes: 1 },
      { name: 'b.txt', kind: 'file', wanted: true, bytes: 4 },
      { name: 'link', kind: 'link', wanted: true },
      { name: 'sub', kind: 'folder', wanted: true },
    ]));

  test('looks up as many sizes as are wanted', async () => {
    const items = await readFolder(makeFolder(), [], request({ isWanted: (name) => name !== 'a.md', measured: 1 }));
    expect(items?.map(({ bytes }) => bytes)).toEqual([undefined, 4, undefined, undefined]);
    const none = await readFolder(makeFolder(), [], request({ measured: 0 }));
    expect(none?.every(({ bytes }) => bytes === undefined)).toBe(true);
  });

  test('gives up on more entries than asked for', async () => {
    expect(await readFolder(makeFolder(), [], request({ most: 6 }))).toHaveLength(4);
    expect(await readFolder(makeFolder(), [], request({ most: 5 }))).toBeUndefined();
  });

  test.each([
    [['none'], 'it does not exist'],
    [['a.md'], 'it is not a folder'],
    [['link'], 'it is outside the folder'],
    [['fifo'], 'it is not a folder'],
  ])('refuses %j', async (names, reason) => {
    await expect(readFolder(makeFolder(), names, request())).rejects.toThrow(reason);
  });

  test('stops when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(readFolder(makeFolder(), [], request({ signal }))).rejects.toThrow('enough');
  });
});

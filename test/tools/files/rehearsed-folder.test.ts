import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FILE_WRITE_MAX_BYTES, REHEARSED_FILES_MAX_BYTES } from '../../../src/base/limits.ts';
import { createFolder, type Folder } from '../../../src/tools/files/folder.ts';
import { createRehearsedFolders } from '../../../src/tools/files/rehearsed-folder.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const { signal } = new AbortController();
const query = { depth: 9, limit: 99, isWanted: () => true, signal };
const write = (folder: Folder, path: string, text: string, mode: 'replace' | 'create' = 'replace') =>
  folder.write(path, text, mode, signal);
const read = async (folder: Folder, path: string) => (await folder.read(path, 1_000)).text;
const reasonOf = (work: Promise<unknown>) => work.then(() => 'done').catch((error: Error) => error.message);

function makeRoot(): string {
  const root = join(realpathSync(temporaryFolder()), 'data');
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(join(root, 'a.txt'), 'real');
  writeFileSync(join(root, 'sub/b.txt'), 'real');
  symlinkSync('sub', join(root, 'link'));
  symlinkSync('..', join(root, 'out'));
  symlinkSync('nowhere', join(root, 'dangling'));
  return root;
}

/** What is done to a folder, one after the other. */
const SCRIPT: readonly ((folder: Folder) => Promise<unknown>)[] = [
  (folder) => read(folder, 'a.txt'),
  (folder) => write(folder, 'a.txt', 'new'),
  (folder) => read(folder, 'a.txt'),
  (folder) => write(folder, 'x/y/z.txt', 'häß'),
  (folder) => folder.read('x/y/z.txt', 2),
  (folder) => write(folder, 'link/c.txt', 'through a link'),
  (folder) => read(folder, 'sub/c.txt'),
  (folder) => write(folder, 'dangling', 'found'),
  (folder) => read(folder, 'nowhere'),
  (folder) => folder.list('.', query),
  (folder) => folder.list('x', query),
  (folder) => folder.list('link', query),
  (folder) => folder.list('.', { ...query, depth: 1, limit: 3 }),
  (folder) => folder.list('.', { ...query, isWanted: (names) => names.at(-1)!.endsWith('.txt') }),
  (folder) => write(folder, 'x', 'over a folder'),
  (folder) => write(folder, 'sub', 'over a folder'),
  (folder) => write(folder, 'a.txt/b', 'under a file'),
  (folder) => write(folder, 'x/y/z.txt/b', 'under a file'),
  (folder) => read(folder, 'x/y/z.txt/b'),
  (folder) => read(folder, 'x/y'),
  (folder) => read(folder, 'x/none'),
  (folder) => folder.list('x/y/z.txt', query),
  (folder) => folder.list('x/y/z.txt/b', query),
  (folder) => folder.list('x/none', query),
  (folder) => write(folder, 'out/x.txt', 'outside'),
  (folder) => write(folder, '../x.txt', 'outside'),
  (folder) => folder.list('out', query),
  (folder) => write(folder, 'a.txt', 'new', 'create'),
  (folder) => write(folder, 'a.txt', 'other', 'create'),
  (folder) => write(folder, 'sub/b.txt', 'real', 'create'),
  (folder) => write(folder, 'sub/b.txt', 'other', 'create'),
  (folder) => write(folder, 'fresh', 'one', 'create'),
  (folder) => write(folder, 'fresh', 'two', 'create'),
  (folder) => write(folder, 'zero', 'a\0b'),
  (folder) => read(folder, 'zero'),
  (folder) => write(folder, 'nul', 'x'),
  (folder) => folder.list('.', query),
];

async function play(folder: Folder): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  for (const step of SCRIPT) outcomes.push(await step(folder).catch((error: Error) => error.message));
  return outcomes;
}

describe('a rehearsed folder', () => {
  test('is like a real one, and nothing is written', async () => {
    const [real, rehearsed] = [makeRoot(), makeRoot()];
    const names = () => [rehearsed, join(rehearsed, 'sub'), join(rehearsed, '..')].map((folder) => readdirSync(folder));
    const before = names();
    const outcomes = await play(createRehearsedFolders()(rehearsed));
    expect(outcomes).toEqual(await play(createFolder(real)));
    expect(outcomes.filter((outcome) => typeof outcome === 'string' && outcome.startsWith('Cannot'))).toHaveLength(18);
    expect(names()).toEqual(before);
    expect(readFileSync(join(rehearsed, 'a.txt'), 'utf8')).toBe('real');
  });

  test('knows nothing of another rehearsal', async () => {
    const root = makeRoot();
    await play(createRehearsedFolders()(root));
    expect(await read(createRehearsedFolders()(root), 'a.txt')).toBe('real');
  });

  test('all of one rehearsal see the same files, also those in each other', async () => {
    const root = makeRoot();
    const open = createRehearsedFolders();
    await write(open(root), 'sub/x.txt', 'one');
    expect(await read(open(join(root, 'sub')), 'x.txt')).toBe('one');
    await write(open(join(root, 'sub')), 'x.txt', 'two');
    expect(await read(open(root), 'sub/x.txt')).toBe('two');
    expect(await reasonOf(read(open(join(root, 'sub')), 'a.txt'))).toContain('does not exist');
  });

  test('what is done happens in the order of the calls, however long a way takes', async () => {
    const root = makeRoot();
    const long = 'link/'.concat('./'.repeat(100), 'f');
    for (let round = 0; round < 10; round++) {
      const folder = createRehearsedFolders()(root);
      const done = await Promise.all([
        write(folder, long, 'one'),
        read(folder, 'sub/f'),
        write(folder, 'sub/f', 'two'),
        read(folder, long),
        write(folder, 'sub/f', 'three', 'create').catch((error: Error) => error.message),
        read(folder, 'sub/f'),
      ]);
      expect(done).toEqual([undefined, 'one', undefined, 'two', expect.stringContaining('exists already'), 'two']);
    }
  });

  test('what fails holds nothing up', async () => {
    const folder = createRehearsedFolders()(makeRoot());
    const [failed, text] = await Promise.all([reasonOf(read(folder, 'none')), read(folder, 'a.txt')]);
    expect([failed, text]).toEqual(['Cannot read "none": it does not exist', 'real']);
    const aborted = folder.write('x', '', 'replace', AbortSignal.abort(new Error('late')));
    await expect(aborted).rejects.toThrow('Cannot write "x"');
    expect(await reasonOf(read(folder, 'x'))).toContain('does not exist');
  });

  test('holds so much and no more; what is replaced makes room', async () => {
    const folder = createRehearsedFolders()(makeRoot());
    const text = 'x'.repeat(FILE_WRITE_MAX_BYTES);
    const most = Math.floor(REHEARSED_FILES_MAX_BYTES / FILE_WRITE_MAX_BYTES);
    for (let count = 0; count < most - 1; count++) await write(folder, `f${count}`, text);
    await write(folder, 'f0', text);
    expect(await reasonOf(write(folder, 'last', text))).toContain('a rehearsal holds its files in memory');
    await write(folder, 'f0', '');
    await write(folder, 'last', text);
  });
});

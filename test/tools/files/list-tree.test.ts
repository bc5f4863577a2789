import { describe, expect, test } from 'vitest';
import { LIST_SCAN_MAX } from '../../../src/base/limits.ts';
import { type FolderItem, type FolderRequest, type ListQuery, listTree } from '../../../src/tools/files/list-tree.ts';

/** A folder's entries: a number is a file of so many bytes, `link` a link, null a folder that cannot be read. */
interface Tree {
  readonly [name: string]: Tree | number | 'link' | null;
}

const reader = (tree: Tree) => async (names: readonly string[], request: FolderRequest) => {
  let folder: Tree[string] = tree;
  for (const name of names) folder = (folder as Tree)[name]!;
  if (folder === null) throw new Error('closed');
  const entries = Object.entries(folder as Tree);
  if (entries.length > request.most) return undefined;
  return entries.map<FolderItem>(([name, entry]) => {
    const wanted = request.isWanted(name);
    if (typeof entry === 'number') return { name, kind: 'file', wanted, bytes: entry };
    return { name, kind: entry === 'link' ? 'link' : 'folder', wanted };
  });
};

const list = (tree: Tree, query: Partial<ListQuery> = {}, top: string[] = []) =>
  listTree(
    top,
    { depth: 9, limit: 100, isWanted: () => true, signal: new AbortController().signal, ...query },
    reader(tree),
  );
const pathsOf = async (...args: Parameters<typeof list>) => (await list(...args)).entries.map(({ path }) => path);

const tree: Tree = { a: { 'x.txt': 1, y: { 'z.txt': 2 } }, 'b.txt': 3, c: 'link' };

describe('listTree', () => {
  test('each folder is followed by what is in it', async () =>
    expect(await list(tree)).toEqual({
      entries: [
        { path: 'a', kind: 'folder' },
        { path: 'a/x.txt', kind: 'file', bytes: 1 },
        { path: 'a/y', kind: 'folder' },
        { path: 'a/y/z.txt', kind: 'file', bytes: 2 },
        { path: 'b.txt', kind: 'file', bytes: 3 },
        { path: 'c', kind: 'link' },
      ],
      truncated: false,
    }));

  test('paths begin at the top, and what is wanted is asked from the listed folder on', async () => {
    const asked: string[] = [];
    const isWanted = (names: readonly string[]) => asked.push(names.join('/')) > 0;
    expect(await pathsOf(tree, { isWanted }, ['a'])).toEqual(['a/x.txt', 'a/y', 'a/y/z.txt']);
    expect(asked).toEqual(['x.txt', 'y', 'y/z.txt']);
  });

  test('goes down as far as it is to', async () => {
    expect(await pathsOf(tree, { depth: 1 })).toEqual(['a', 'b.txt', 'c']);
    expect(await pathsOf(tree, { depth: 2 })).toHaveLength(5);
  });

  test('finds what is wanted in folders that are not', async () =>
    expect(await pathsOf(tree, { isWanted: (names) => names.at(-1) === 'z.txt' })).toEqual(['a/y/z.txt']));

  test('says when there is more', async () => {
    expect(await list(tree, { limit: 6 })).toMatchObject({ truncated: false });
    expect(await list(tree, { limit: 5 })).toMatchObject({ truncated: true, entries: { length: 5 } });
    expect(await list({ a: null, b: 1 })).toMatchObject({ truncated: true, entries: { length: 2 } });
  });

  test('the result never becomes too large', async () => {
    const large = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [`${i}`.padStart(4) + '"'.repeat(600), 1]),
    );
    const { entries, truncated } = await list(large, { limit: 1_000 });
    expect(truncated).toBe(true);
    expect(JSON.stringify(entries).length).toBeLessThan(1_048_576);
    expect(entries.length).toBeGreaterThan(700);
  });

  test('looks at so many entries and no more', async () => {
    const many = Object.fromEntries(Array.from({ length: LIST_SCAN_MAX + 1 }, (_, i) => [`${i}`, 1]));
    await expect(list(many)).rejects.toThrow(`more than ${LIST_SCAN_MAX} entries`);
    expect(await list({ a: many, b: 1 })).toEqual({
      entries: [
        { path: 'a', kind: 'folder' },
        { path: 'b', kind: 'file', bytes: 1 },
      ],
      truncated: true,
    });
  });

  test('stops when it is aborted', async () => {
    const controller = new AbortController();
    const isWanted = () => {
      controller.abort(new Error('enough'));
      return true;
    };
    await expect(list(tree, { isWanted, signal: controller.signal })).rejects.toThrow('enough');
  });
});

import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildSearchIndex } from '../../../src/tools/search/build-search-index.ts';

function createFolder(files: Record<string, string | Buffer>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-index-')));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}
const search = async (root: string, query: string, limit = 5) => (await buildSearchIndex(root)).search(query, limit);
const paths = async (root: string, query: string) => (await search(root, query)).map((hit) => hit.path);

const RUNBOOKS = {
  'disk.md': '# Disk full\nWhat to do.\n\n## Remedy\nRotate the logs, then delete old snapshots.',
  'net/latency.markdown': '# Network latency\nPackets are slow. Check the switch and its logs.',
  'memory.txt': 'The OOM killer ended a process. Look for a memory leak.',
  'image.png': 'disk disk disk',
  'Disk.html': 'disk disk disk',
};

describe('buildSearchIndex', () => {
  test('finds sections with title, path, score and excerpt', async () =>
    expect(await search(createFolder(RUNBOOKS), 'snapshots')).toEqual([
      {
        title: 'Disk full > Remedy',
        path: 'disk.md',
        score: expect.any(Number),
        excerpt: 'Rotate the logs, then delete old snapshots.',
      },
    ]));

  test('ranks the best first, titles before text, to three decimals', async () => {
    const hits = await search(createFolder(RUNBOOKS), 'network logs');
    expect(hits.map((hit) => hit.path)).toEqual(['net/latency.markdown', 'disk.md']);
    for (const { score } of hits) expect(score).toBe(Number(score.toFixed(3)));
    expect(hits[0]?.score).toBeGreaterThan(hits[1]?.score ?? 0);
  });

  test('reads .md, .markdown and .txt only', async () =>
    expect([...new Set(await paths(createFolder(RUNBOOKS), 'disk'))]).toEqual(['disk.md']));

  test('finds the beginning of a word, and a misspelled one', async () => {
    const root = createFolder(RUNBOOKS);
    expect(await paths(root, 'snap')).toEqual(['disk.md']);
    expect(await paths(root, 'snapshtos')).toEqual(['disk.md']);
    expect(await paths(root, 'entirely different')).toEqual([]);
  });

  test('gives at most the limit', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}.md`, `# F${i}\ncommon text`]));
    expect((await search(createFolder(files), 'common', 7)).length).toBe(7);
  });

  test('equal scores come by path', async () => {
    const names = ['c.md', 'a.md', 'z/a.md', 'b.md'];
    const root = createFolder(Object.fromEntries(names.map((name) => [name, 'same words here'])));
    expect(await paths(root, 'words')).toEqual(['a.md', 'b.md', 'c.md', 'z/a.md']);
  });

  test('a long query counts by its longest words', async () => {
    const query = `${Array.from({ length: 150 }, (_, i) => `w${i}`).join(' ')} snapshots`;
    expect((await paths(createFolder(RUNBOOKS), query))[0]).toBe('disk.md');
  });

  test('a query of signs finds nothing', async () => expect(await search(createFolder(RUNBOOKS), '?!')).toEqual([]));
  test('an empty folder has nothing', async () => expect(await search(createFolder({}), 'disk')).toEqual([]));

  test('follows no link and looks into nothing hidden', async () => {
    const outside = createFolder({ 'secret.md': 'disk secret' });
    const root = createFolder({ 'a.md': 'disk', '.git/x.md': 'disk', '.hidden.md': 'disk' });
    symlinkSync(outside, join(root, 'out'));
    symlinkSync(join(outside, 'secret.md'), join(root, 'link.md'));
    symlinkSync('.', join(root, 'circle'));
    expect(await paths(root, 'disk')).toEqual(['a.md']);
  });

  test('says what it left out', async () => {
    const root = createFolder({
      'a.md': 'disk',
      'huge.md': Buffer.alloc(5 * 1024 * 1024 + 1, 'disk '),
      'binary.txt': Buffer.from([0, 1, 2]),
    });
    const hits = await search(root, 'disk');
    expect(hits.map((hit) => hit.path)).toEqual(['a.md', '']);
    expect(hits[1]).toEqual({
      title: 'Not searched',
      path: '',
      score: 0,
      excerpt:
        '1 file (huge.md) over the size limit (5 MB a file, 64 MB in all); 1 file (binary.txt) not readable as text.',
    });
  });
});

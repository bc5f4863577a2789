import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { SOURCE_FILE_MAX_BYTES } from '../../src/base/limits.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type BenchOptions, createGate, opened } from './bench.ts';

const SLOW = { timeout: 8_000, interval: 10 };

const put = (folder: string, name: string, writtenS?: number, text = `text of ${name}`): void => {
  writeFileSync(join(folder, name), text);
  if (writtenS !== undefined) utimesSync(join(folder, name), writtenS, writtenS);
};
const open = async (
  folder: string,
  spec: { extension?: string; once?: boolean; limit?: number; text?: string } = {},
  options: BenchOptions = {},
) => {
  const bench = await opened({ kind: 'folder', folder, once: false, ...spec }, { virtual: false, ...options });
  bench.source.start();
  const names = () => bench.items.map(({ data }) => data?.name);
  return { ...bench, names, until: (...all: string[]) => vi.waitFor(() => expect(names()).toEqual(all), SLOW) };
};

test('oldest first, then by name; then each that is put into it', async () => {
  const folder = temporaryFolder();
  put(folder, 'c.md', 100);
  put(folder, 'b.md', 200);
  put(folder, 'a.md', 200);
  put(folder, 'x.txt', 50);
  put(folder, '.hidden.md', 50);
  symlinkSync(join(folder, 'c.md'), join(folder, 'link.md'));
  const { until, items } = await open(folder, { extension: 'md' });
  await until('c.md', 'a.md', 'b.md');
  put(folder, 'old.md', 1);
  await until('c.md', 'a.md', 'b.md', 'old.md');
  const path = join(folder, 'c.md');
  expect(items[0]).toEqual({
    text: 'text of c.md',
    data: { path, name: 'c.md', bytes: 12, n: 1 },
    id: 's:c.md:100000',
  });
});

test('a file that grows is waited for', async () => {
  const folder = temporaryFolder();
  put(folder, 'a', undefined, 'x');
  const { until, texts, clock } = await open(folder);
  for (let i = 0; i < 5; i++) {
    await clock.sleep(200);
    appendFileSync(join(folder, 'a'), 'x');
    expect(texts).toEqual([]);
  }
  await until('a');
  expect(texts).toEqual(['xxxxxx']);
});

test('goes on after a kill: nothing is lost, and the one in flight comes again', async () => {
  const folder = temporaryFolder();
  for (const [i, name] of ['a', 'b', 'c'].entries()) put(folder, name, 100 + i);
  const gate = createGate();
  const first = await open(folder, {}, { offer: gate.offer });
  await first.until('a');
  gate.release();
  await first.until('a', 'b');
  await first.source.stop();
  put(folder, 'older', 1);
  const second = await open(folder, {}, { position: first.positions.at(-1)! });
  await second.until('older', 'b', 'c');
  expect(second.items.map(({ id }) => id)).toContain(first.items[1]?.id);
  expect(second.items[0]?.data?.n).toBe(2);
});

test('a name that goes and comes again is a new file', async () => {
  const folder = temporaryFolder();
  put(folder, 'a');
  const { until, clock } = await open(folder);
  await until('a');
  rmSync(join(folder, 'a'));
  await clock.sleep(700);
  put(folder, 'a');
  await until('a', 'a');
});

test('a long or binary file has no text, and says its size', async () => {
  const folder = temporaryFolder();
  put(folder, 'long', 1, 'x'.repeat(SOURCE_FILE_MAX_BYTES + 1));
  writeFileSync(join(folder, 'picture'), Buffer.from([0x89, 0, 1]));
  put(folder, 'zempty', undefined, '');
  const { texts, source } = await open(folder, { once: true });
  await source.ended;
  expect(texts).toEqual([`long (${SOURCE_FILE_MAX_BYTES + 1} bytes)`, 'picture (3 bytes)', 'zempty (0 bytes)']);
});

test('templates see the text, which does not go along twice', async () => {
  const folder = temporaryFolder();
  put(folder, 'a', undefined, 'hello');
  const { items, source } = await open(folder, { once: true, text: '{{ name }}: {{ text | upcase }} {{ data.text }}' });
  await source.ended;
  expect(items[0]?.text).toBe('a: HELLO hello');
  expect(items[0]?.data).not.toHaveProperty('text');
});

test('ends with once when all that is there was given, and at its limit', async () => {
  const folder = temporaryFolder();
  for (const name of ['a', 'b', 'c']) put(folder, name, 100);
  const once = await open(folder, { once: true });
  const two = await open(folder, { limit: 2 });
  const empty = await open(temporaryFolder(), { once: true });
  await Promise.all([once.source.ended, two.source.ended, empty.source.ended]);
  expect([once.names(), two.names(), empty.endings]).toEqual([['a', 'b', 'c'], ['a', 'b'], [0]]);
});

test('in a rehearsal what is there comes by name, takes no time, and it ends', async () => {
  const folder = temporaryFolder();
  for (const [i, name] of ['b', 'C', 'a', 'a10', 'a9'].entries()) put(folder, name, 500 - i);
  const { source, names, items, clock, positions } = await open(folder, {}, { virtual: true });
  let passed = 0;
  clock.setTimer(1, () => passed++);
  await source.ended;
  expect(names()).toEqual(['C', 'a', 'a10', 'a9', 'b']);
  expect([items[0]?.id, passed]).toEqual(['s:C', 0]);
  const again = await open(folder, {}, { virtual: true, position: positions[1]! });
  await again.source.ended;
  expect(again.names()).toEqual(['a10', 'a9', 'b']);
});

test('a folder that is not there is told once, and tried again', async () => {
  const folder = join(temporaryFolder(), 'inbox');
  const { until, failures, clock } = await open(folder);
  await clock.sleep(1_200);
  expect(failures.map(({ message }) => message)).toEqual([
    `Cannot read folder "${folder}": it does not exist; it is tried again`,
  ]);
  mkdirSync(folder);
  put(folder, 'a');
  await until('a');
  expect(failures).toHaveLength(1);
});

test('in a rehearsal it is told, and the source ends', async () => {
  const { source, failures } = await open('/no/such/folder', {}, { virtual: true });
  await source.ended;
  expect(failures.map(({ message }) => message)).toEqual([
    'Cannot read folder "/no/such/folder": it does not exist; nothing comes of it',
  ]);
});

test('a file that goes before it is read is told, and the others come', async () => {
  const folder = temporaryFolder();
  for (const name of ['a', 'b', 'c']) put(folder, name, 100);
  const gate = createGate();
  const { until, failures } = await open(folder, {}, { offer: gate.offer });
  await until('a');
  renameSync(join(folder, 'b'), join(folder, '.b'));
  gate.release();
  await until('a', 'c');
  expect(failures.map(({ message }) => message)).toEqual([
    `Cannot read "${join(folder, 'b')}": it does not exist; it is passed over`,
  ]);
});

test('stopped, it gives nothing more', async () => {
  const folder = temporaryFolder();
  put(folder, 'a');
  const { source, until, names, clock } = await open(folder);
  await until('a');
  await source.stop();
  put(folder, 'b');
  await clock.sleep(1_200);
  expect(names()).toEqual(['a']);
});

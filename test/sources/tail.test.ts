import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { type BenchOptions, createGate, opened } from './bench.ts';

const SLOW = { timeout: 5_000, interval: 10 };

const open = async (
  file: string,
  spec: { from?: 'start' | 'end'; once?: boolean; limit?: number; text?: string } = {},
  options: BenchOptions = {},
) => {
  const bench = await opened(
    { kind: 'tail', file, from: 'start', once: false, ...spec },
    { virtual: false, ...options },
  );
  bench.source.start();
  return { ...bench, until: (...texts: string[]) => vi.waitFor(() => expect(bench.texts).toEqual(texts), SLOW) };
};
const createFile = (text?: string): string => {
  const file = join(temporaryFolder(), 'app.log');
  if (text !== undefined) writeFileSync(file, text);
  return file;
};

test('gives what is there, then what is added, and waits for the end of a line', async () => {
  const file = createFile('a\nb\nhal');
  const { until, texts, items } = await open(file);
  await until('a', 'b');
  appendFileSync(file, 'f\nc\n');
  await until('a', 'b', 'half', 'c');
  expect(items[2]).toEqual({ text: 'half', data: { line: 'half', file, n: 3 }, id: 's:3' });
  expect(texts).toHaveLength(4);
});

test('from the end: what is there is left alone, also after a kill before the first line', async () => {
  const file = createFile('old\n');
  const first = await open(file, { from: 'end' });
  await vi.waitFor(() => expect(first.positions).toHaveLength(1), SLOW);
  await first.source.stop();
  appendFileSync(file, 'new\n');
  const second = await open(file, { from: 'end' }, { position: first.positions[0]! });
  await second.until('new');
});

test('a file that is not there yet is waited for, untold, and read from its start', async () => {
  const file = createFile();
  const { until, failures, positions } = await open(file, { from: 'end' });
  await vi.waitFor(() => expect(positions).toHaveLength(1), SLOW);
  writeFileSync(file, 'first\n');
  await until('first');
  expect(failures).toEqual([]);
});

test('a file that was cut begins at its start again', async () => {
  const file = createFile('long line\nsecond\n');
  const { until } = await open(file);
  await until('long line', 'second');
  truncateSync(file);
  appendFileSync(file, 'x\n');
  await until('long line', 'second', 'x');
});

test('of a file that was cut the line that had no end is given too', async () => {
  const file = createFile('long line\nunfinished');
  const { until } = await open(file);
  await until('long line');
  truncateSync(file);
  appendFileSync(file, 'x\n');
  await until('long line', 'unfinished', 'x');
});

test('of a file that was replaced nothing is lost, and the new one is read from its start', async () => {
  const file = createFile('a\n');
  const gate = createGate();
  const { until } = await open(file, {}, { offer: gate.offer });
  await until('a');
  appendFileSync(file, 'b\nrest');
  renameSync(file, `${file}.1`);
  writeFileSync(file, 'new one, and longer\n');
  for (const all of [
    ['a', 'b'],
    ['a', 'b', 'rest'],
    ['a', 'b', 'rest', 'new one, and longer'],
  ]) {
    gate.release();
    await until(...all);
  }
});

test('a file that goes and comes again', async () => {
  const file = createFile('a\n');
  const { until } = await open(file);
  await until('a');
  rmSync(file);
  writeFileSync(file, 'b\n');
  await until('a', 'b');
});

test('goes on after the last line that was taken; the line in flight comes again, with its id', async () => {
  const file = createFile('a\n\nb\nc\n');
  const gate = createGate();
  const first = await open(file, {}, { offer: gate.offer });
  await first.until('a');
  gate.release();
  await first.until('a', 'b');
  await first.source.stop();
  const position = first.positions.at(-1)!;
  expect(position).toEqual({ offset: 2, inode: String(statSync(file, { bigint: true }).ino), lines: 1, n: 1 });
  const second = await open(file, {}, { position });
  await second.until('b', 'c');
  expect(second.items.map(({ id, data }) => [id, data?.n])).toEqual([
    ['s:3', 2],
    ['s:4', 3],
  ]);
  expect(first.items[1]?.id).toBe('s:3');
});

test.each([
  { offset: 4, inode: '1' },
  { offset: 400, inode: undefined },
])('another file than before is read from its start: %j', async ({ offset, inode }) => {
  const file = createFile('aaa\nbbb\n');
  const { until } = await open(
    file,
    { from: 'end' },
    { position: { offset, inode: inode ?? String(statSync(file).ino), n: 1 } },
  );
  await until('aaa', 'bbb');
});

test('reads no more while an offer waits', async () => {
  const file = createFile('x\n'.repeat(200_000));
  const gate = createGate();
  const { texts, source } = await open(file, {}, { offer: gate.offer });
  await vi.waitFor(() => expect(texts).toHaveLength(1), SLOW);
  const before = process.memoryUsage().arrayBuffers;
  appendFileSync(file, 'y'.repeat(30_000_000));
  gate.release();
  await vi.waitFor(() => expect(texts).toHaveLength(2), SLOW);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  await source.stop();
});

test('ends with once at the end of what is there, with its last line', async () => {
  const { source, texts, endings } = await open(createFile('a\nb'), { once: true });
  await source.ended;
  expect([texts, endings]).toEqual([['a', 'b'], [2]]);
});

test('ends at its limit', async () => {
  const { source, texts } = await open(createFile('a\nb\nc\n'), { limit: 2 });
  await source.ended;
  expect(texts).toEqual(['a', 'b']);
});

test('in a rehearsal it gives what is there from the start, takes no time, and ends', async () => {
  const options = { virtual: true };
  const { source, items, clock } = await open(
    createFile('a\n{"k":1}\n'),
    { from: 'end', text: '{{ n }} {{ line }} {{ k }}' },
    options,
  );
  let passed = 0;
  clock.setTimer(1, () => passed++);
  await source.ended;
  expect(items.map(({ text }) => text)).toEqual(['1 a ', '2 {"k":1} 1']);
  expect([clock.elapsed(), passed]).toEqual([0, 0]);
});

test('in a rehearsal a file that is not there is told', async () => {
  const file = createFile();
  const { source, failures, endings } = await open(file, {}, { virtual: true });
  await source.ended;
  expect(failures.map(({ message }) => message)).toEqual([
    `Cannot read "${file}": it does not exist; nothing more comes of it`,
  ]);
  expect(endings).toEqual([0]);
});

test('what is no file is told once, and tried again', async () => {
  const file = createFile();
  mkdirSync(file);
  const { until, failures, clock } = await open(file);
  await clock.sleep(600);
  expect(failures.map(({ message }) => message)).toEqual([
    `Cannot read "${file}": it is not a file; it is tried again`,
  ]);
  rmdirSync(file);
  writeFileSync(file, 'a\n');
  await until('a');
  expect(failures).toHaveLength(1);
});

test('a line whose template fails is told, and the next one comes', async () => {
  const offer = async ({ text }: { text: string }) => (text === 'b' ? Promise.reject(new Error('no')) : undefined);
  const { source, texts, failures, positions } = await open(createFile('a\nb\nc\n'), { once: true }, { offer });
  await source.ended;
  expect([texts, failures.length, positions.at(-1)?.offset]).toEqual([['a', 'b', 'c'], 1, 6]);
});

test('lines longer than a read, and characters across its border', async () => {
  const long = '€'.repeat(21_000);
  const { source, texts, failures } = await open(createFile(`${long}\nab\n${long}\n${'z'.repeat(70_000)}\nend\n`), {
    once: true,
  });
  await source.ended;
  expect(texts.map((text) => text.length)).toEqual([21_000, 2, 21_000, 65_536, 3]);
  expect(texts[2]).toBe(long);
  expect(failures).toHaveLength(1);
});

test('stopped, it gives nothing more and holds no file', async () => {
  const file = createFile('a\n');
  const { until, texts, source, clock } = await open(file);
  await until('a');
  await source.stop();
  await source.stop();
  appendFileSync(file, 'b\n');
  await clock.sleep(400);
  expect(texts).toEqual(['a']);
});

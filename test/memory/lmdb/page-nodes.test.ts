import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Page } from '../../../src/memory/lmdb/page-file.ts';
import { assertOverflow, readNodes, readTransaction } from '../../../src/memory/lmdb/page-nodes.ts';
import { pagesOf, smallDirectory } from '../small-directory.ts';

/** The first page of a kind, with changes: offset and what is written there, two bytes each. */
async function pageOf(kind: number, ...changes: [offset: number, value: number][]): Promise<Page> {
  const data = readFileSync(join(await smallDirectory(), 'data.mdb'));
  const number = pagesOf(data, kind).find((page) => kind === 4 || data.readUInt16LE(page * 4_096 + 20) > 2)!;
  const bytes = Buffer.from(data.subarray(number * 4_096, (number + 1) * 4_096));
  for (const [offset, value] of changes) bytes.writeUInt16LE(value, offset);
  return { number, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

test('a leaf has keys and values', async () => {
  const page = await pageOf(2);
  const found = readNodes(page);
  expect(found.kind).toBe('leaf');
  expect(found.problem).toBeUndefined();
  expect(found.nodes.length).toBeGreaterThan(1);
  expect(readTransaction(page)).toBeGreaterThan(0);
});

test('a branch leads to pages', async () => {
  const found = readNodes(await pageOf(1));
  if (found.kind !== 'branch') return expect.unreachable();
  expect(found.nodes.length).toBeGreaterThan(1);
  for (const { page } of found.nodes) expect(page).toBeGreaterThan(1);
});

test.each<[string, [number, number], string]>([
  ['another number', [0, 9_999], 'has another number'],
  ['no known kind', [18, 3], 'is of no known kind (3)'],
  ['half an entry', [20, 7], 'has a damaged header'],
  ['more entries than there is room for', [20, 5_000], 'has a damaged header'],
  ['its values beyond its end', [22, 5_000], 'has a damaged header'],
])('a page with %s is none', async (_, change, problem) => {
  const page = await pageOf(2, change);
  expect(() => readNodes(page)).toThrow(problem);
});

test('an entry that is damaged is left out and told', async () => {
  const whole = readNodes(await pageOf(2));
  const page = await pageOf(2, [24, 5_001]);
  expect(readNodes(page)).toMatchObject({ nodes: whole.nodes.slice(1), problem: 'has 1 damaged entry' });
  const start = 24 + (await pageOf(2)).view.getUint16(24, true);
  for (const [offset, value] of [
    [start + 2, 0xff],
    [start + 4, 8],
    [start + 6, 0],
    [start + 6, 5_000],
  ] as const) {
    expect(readNodes(await pageOf(2, [offset, value])).problem).toBe('has 1 damaged entry');
  }
});

test('an entry that is not as long as its place is told: LMDB moves those behind it by its length', async () => {
  const page = await pageOf(2);
  const pointers = Array.from({ length: page.view.getUint16(20, true) / 2 }, (_, place) =>
    page.view.getUint16(24 + 2 * place, true),
  );
  const start = 24 + Math.min(...pointers);
  const length = page.view.getUint16(start, true);
  const problem = 'has an entry that is not as long as its place';
  for (const change of [-2, 2]) expect(readNodes(await pageOf(2, [start, length + change])).problem).toBe(problem);
});

test('the first page of a large value says how many there are', async () => {
  const page = await pageOf(4);
  const pages = page.view.getUint32(20, true);
  assertOverflow(page, pages);
  expect(() => assertOverflow(page, pages + 1)).toThrow('has a damaged header');
  const leaf = await pageOf(2);
  expect(() => assertOverflow(leaf, 1)).toThrow('does not hold a value');
});

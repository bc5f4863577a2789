import { expect, test } from 'vitest';
import { CHUNK_ROWS, Chunk, EVENT_TYPES, toKind } from '../../../src/monitor/history/rows.ts';

test('a kind is the place of its type, and there is one for each', () => {
  expect(EVENT_TYPES.map(toKind)).toEqual(EVENT_TYPES.map((_, kind) => kind));
  expect(new Set(EVENT_TYPES).size).toBe(EVENT_TYPES.length);
});

test('a row is copied with every column', () => {
  const from = new Chunk();
  from.at[5] = 1234.567;
  from.agent[5] = -1;
  from.kind[5] = 3;
  from.flag[5] = 2;
  from.count[5] = 65_535;
  from.name[5] = 0xffff;
  from.value[5] = 2.5;
  from.turn[5] = 4_000_000_000;
  const to = new Chunk();
  to.length = 9;
  to.copy(from, 5);
  expect(to.length).toBe(10);
  const row = [to.at, to.agent, to.kind, to.flag, to.count, to.name, to.value, to.turn].map((column) => column[9]);
  expect(row).toEqual([1234.567, -1, 3, 2, 65_535, 0xffff, 2.5, 4_000_000_000]);
});

test('a chunk takes about 1.7 MB, 26 bytes a row', () => {
  const columns = Object.values(new Chunk()).filter((value) => ArrayBuffer.isView(value));
  const bytes = columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(bytes / CHUNK_ROWS).toBe(26);
});

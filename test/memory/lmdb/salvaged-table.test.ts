import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PageFile } from '../../../src/memory/lmdb/page-file.ts';
import { SalvagedTable } from '../../../src/memory/lmdb/salvaged-table.ts';
import type { Table } from '../../../src/memory/lmdb/table.ts';
import { encodeKey } from '../../../src/memory/lmdb/table-key.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Each value is one letter of the file. */
function tableOf(...keys: Parameters<typeof encodeKey>[0][]): SalvagedTable {
  const path = join(temporaryFolder(), 'data.mdb');
  writeFileSync(path, 'abcdefghijklmnopqrstuvwxyz'.repeat(10));
  const entries = keys.map((key, offset) => ({ key: encodeKey(key), offset, length: 1 }));
  return new SalvagedTable(new PageFile(path), entries);
}

const keysOf = (table: Table, options: Parameters<Table['getRange']>[0]) =>
  [...table.getRange(options)].map(({ key }) => key);

test('values are found by key', () => {
  const table = tableOf('r2', 'r1', 'r10');
  expect(String(table.get('r1'))).toBe('b');
  expect(table.get('r3')).toBeUndefined();
  expect(table.get('r')).toBeUndefined();
});

test('ranges go in the order of the keys, from the start to before the end, and back', () => {
  const table = tableOf(['r', 'b', 1], ['r', 'a', 2], ['r', 'a', 1], ['q', 'z', 1], ['s', 'a', 1]);
  expect(keysOf(table, {})).toHaveLength(5);
  const ofRun = { start: ['r'], end: ['r', Uint8Array.of(0xff)] };
  expect(keysOf(table, ofRun)).toEqual([
    ['r', 'a', 1],
    ['r', 'a', 2],
    ['r', 'b', 1],
  ]);
  expect(keysOf(table, { ...ofRun, limit: 1 })).toEqual([['r', 'a', 1]]);
  const back = { start: ['r', 'a', Number.MAX_SAFE_INTEGER], end: ['r', 'a'], reverse: true };
  expect(keysOf(table, back)).toEqual([
    ['r', 'a', 2],
    ['r', 'a', 1],
  ]);
  expect(keysOf(table, { start: ['r', 'a', 2], end: ['r'], reverse: true, limit: 1 })).toEqual([['r', 'a', 2]]);
  expect(keysOf(table, { reverse: true, limit: 1 })).toEqual([['s', 'a', 1]]);
  expect(keysOf(tableOf(), ofRun)).toEqual([]);
});

test('everything can be had as it is in the file', () => {
  const raw = [...tableOf('b', 'a').raw()];
  expect(raw.map(({ key, value }) => [String(key), String(value)])).toEqual([
    ['a', 'b'],
    ['b', 'a'],
  ]);
});

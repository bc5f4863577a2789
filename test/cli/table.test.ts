import { expect, test } from 'vitest';
import { AGENTS_MAX } from '../../src/base/limits.ts';
import { cut, formatMs, formatNumber, formatUsd, toTable } from '../../src/cli/table.ts';

const COLUMNS = [
  { heading: 'name', value: (row: Row) => row.name, maxWidth: 8 },
  { heading: 'n', value: (row: Row) => row.n },
];
interface Row {
  readonly name: string;
  readonly n: number | string;
}

test('columns are as wide as their widest cell, numbers stand on the right', () => {
  expect(
    toTable(COLUMNS, [
      { name: 'a', n: 1_234 },
      { name: 'bcd', n: 5 },
    ]),
  ).toEqual(['name      n', 'a     1,234', 'bcd       5']);
});

test('a column that is not all numbers stands on the left', () => {
  expect(
    toTable(COLUMNS, [
      { name: 'a', n: 12 },
      { name: 'b', n: '' },
    ]),
  ).toEqual(['name  n', 'a     12', 'b']);
});

test('without rows there are the headings', () => {
  expect(toTable(COLUMNS, [])).toEqual(['name  n']);
});

test('a text longer than its column is cut', () => {
  expect(toTable(COLUMNS, [{ name: 'a\nlong\tname', n: 1 }])).toEqual(['name      n', 'a long …  1']);
});

test.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
  ['  two\n lines ', 20, 'two lines'],
])('%j in %i characters is %j', (text, width, expected) => {
  expect(cut(text, width)).toBe(expected);
});

test.each([
  [0, '0 ms'],
  [850.4, '850 ms'],
  [1_000, '1.00 s'],
  [2_314, '2.31 s'],
  [120_000, '2 min 0 s'],
  [200_000, '3 min 20 s'],
])('%d milliseconds are %s', (ms, expected) => {
  expect(formatMs(ms)).toBe(expected);
});

test('thousands are marked, and two decimals kept', () => {
  expect([1_234_567, 0.126, -5].map(formatNumber)).toEqual(['1,234,567', '0.13', '-5']);
});

test('there may be as many rows as a run may have agents', () => {
  const rows = Array.from({ length: AGENTS_MAX }, () => ({ name: 'a', n: 'b' }));
  expect(toTable(COLUMNS, rows)).toHaveLength(AGENTS_MAX + 1);
});

test.each([
  [0, '$0.00'],
  [5e-7, '$0.0000005'],
  [0.00039, '$0.00039'],
  [0.126, '$0.13'],
  [1, '$1.00'],
  [1234.5, '$1234.50'],
])('%d dollars are %s', (usd, text) => expect(formatUsd(usd)).toBe(text));

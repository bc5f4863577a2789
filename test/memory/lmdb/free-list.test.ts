import { expect, test } from 'vitest';
import { readFreeList } from '../../../src/memory/lmdb/free-list.ts';

const listOf = (...numbers: number[]): Buffer => Buffer.from(BigInt64Array.from(numbers, BigInt).buffer);
const nowhere = [{ page: -1, pages: 1 }];

test('pages are listed alone, or as many that follow one', () => {
  expect(readFreeList(listOf(5, 9, 0, -3, 20, 7))).toEqual([
    { page: 9, pages: 1 },
    { page: 20, pages: 3 },
    { page: 7, pages: 1 },
  ]);
  expect(readFreeList(listOf(0))).toEqual([]);
});

test.each([
  ['more numbers than there are', listOf(3, 9)],
  ['a count below zero', listOf(-1, 9)],
  ['many that follow nothing', listOf(1, -3)],
  ['half a number', Buffer.alloc(12)],
])('%s is no list', (_, value) => {
  expect(readFreeList(value)).toEqual(nowhere);
});

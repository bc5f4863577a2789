import { expect, test } from 'vitest';
import { isMap, toEntries, toList, toMap } from '../../src/scenario/values.ts';

test('what is of another type is empty', () => {
  expect([null, undefined, 1, 'a', []].map((value) => isMap(value as never))).toEqual(Array(5).fill(false));
  expect(toMap('x')).toEqual({});
  expect(toList({})).toEqual([]);
  expect(toEntries({ a: 1, b: { c: 2 } })).toEqual([
    ['a', {}],
    ['b', { c: 2 }],
  ]);
});

import { expect, test } from 'vitest';
import { Names } from '../../../src/monitor/history/names.ts';

test('a name has a place, which it keeps', () => {
  const names = new Names();
  expect(['x', 'y', 'x', ''].map((name) => names.placeOf(name))).toEqual([0, 1, 0, 2]);
  expect(names.list).toEqual(['x', 'y', '']);
});

test('of too many names the last ones share a place', () => {
  const names = new Names();
  const places = Array.from({ length: 1_003 }, (_, i) => names.placeOf(`n${i}`));
  expect(places.slice(998)).toEqual([998, 999, 1_000, 1_000, 1_000]);
  expect(names.list[1_000]).toBe('(others)');
  expect(names.list).toHaveLength(1_001);
  expect(names.placeOf('n7')).toBe(7);
});

import { expect, test } from 'vitest';
import { compareNatural } from '../../src/memory/natural-order.ts';

test('runs of digits compare as numbers, the rest by character', () => {
  const ordered = ['', '1', 'a', 'a/', 'a/0', 'a/2', 'a/10', 'a/10/1', 'a/10b', 'a/99999999999999999999', 'b', 'ä'];
  for (let seed = 1; seed < 5; seed++) {
    const shuffled = [...ordered].sort((a, b) => ((a.length * 7 + b.length * seed) % 3) - 1);
    expect(shuffled.sort(compareNatural)).toEqual(ordered);
  }
});

test('is 0 only for the same name', () => {
  expect(compareNatural('a/1', 'a/1')).toBe(0);
  expect(compareNatural('a/01', 'a/1')).not.toBe(0);
  expect(Math.sign(compareNatural('a/1', 'a/01'))).toBe(-Math.sign(compareNatural('a/01', 'a/1')));
  expect(compareNatural('a/007/2', 'a/7/10')).toBeLessThan(0);
});

import { expect, test } from 'vitest';
import { toRowWindow, toScrolled } from '../../../src/monitor/web/inbox/row-window.ts';

test('the rows in sight, and some on both sides', () => {
  expect(toRowWindow(1_000, 50, 0, 500)).toEqual({ first: 0, last: 18 });
  expect(toRowWindow(1_000, 50, 20_000, 500)).toEqual({ first: 392, last: 418 });
  expect(toRowWindow(1_000, 50, 49_500, 500)).toEqual({ first: 982, last: 1_000 });
});

test('a short list, none, and one that has become shorter than it was scrolled', () => {
  expect(toRowWindow(3, 50, 0, 500)).toEqual({ first: 0, last: 3 });
  expect(toRowWindow(0, 50, 0, 500)).toEqual({ first: 0, last: 0 });
  expect(toRowWindow(5, 50, 9_000, 500)).toEqual({ first: 0, last: 5 });
  expect(toRowWindow(1_000, 50, -80, 500)).toEqual({ first: 0, last: 18 });
});

test('scrolls as little as is needed', () => {
  expect(toScrolled(4, 50, 100, 500)).toBe(100);
  expect(toScrolled(1, 50, 100, 500)).toBe(50);
  expect(toScrolled(14, 50, 100, 500)).toBe(250);
});

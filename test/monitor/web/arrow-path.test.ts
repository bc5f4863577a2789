import { expect, test } from 'vitest';
import { toArrowPath, toTipPath } from '../../../src/monitor/web/chart/arrow-path.ts';

test('corners are rounded, as far as there is room', () => {
  expect(
    toArrowPath([
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 100, y: 10 },
    ]),
  ).toBe('M0 0L92 0Q100 0 100 5L100 10');
  expect(toArrowPath([])).toBe('');
});

test('the tip points where the arrow goes', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ];
  expect(toTipPath(points, 4)).toBe('M100 0L90 5.5L90 -5.5z');
  expect(toTipPath(points.slice(0, 1), 4)).toBe('');
});

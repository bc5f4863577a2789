import { expect, test } from 'vitest';
import { clampTo, pan, toTicks, zoom } from '../../../src/monitor/web/timeline/viewport.ts';

const whole = { start: 0, end: 1000 };

test('the anchor stays where it is', () => {
  expect(zoom(whole, 0.5, 250, whole)).toEqual({ start: 125, end: 625 });
  expect(zoom({ start: 100, end: 200 }, 2, 150, whole)).toEqual({ start: 50, end: 250 });
});

test('nothing outside of the whole is seen, nor less than two milliseconds', () => {
  expect(zoom({ start: 0, end: 100 }, 100, 50, whole)).toEqual(whole);
  const close = zoom(whole, 1e-9, 500, whole);
  expect(close.end - close.start).toBeCloseTo(2);
  expect(pan({ start: 0, end: 100 }, -50, whole)).toEqual({ start: 0, end: 100 });
  expect(pan({ start: 850, end: 950 }, 500, whole)).toEqual({ start: 900, end: 1000 });
  expect(clampTo({ start: -50, end: 5000 }, whole)).toEqual(whole);
});

test('ticks are round and not too many', () => {
  expect(toTicks({ start: 0, end: 12_000 }, 1100)).toEqual([0, 2000, 4000, 6000, 8000, 10_000, 12_000]);
  expect(toTicks({ start: 130, end: 330 }, 440)).toEqual([150, 200, 250, 300]);
  expect(toTicks({ start: 0, end: 7_200_000 }, 880)).toEqual([0, 1_800_000, 3_600_000, 5_400_000, 7_200_000]);
  expect(toTicks({ start: 0, end: 1e9 }, 880).length).toBeLessThan(20);
  expect(toTicks({ start: 0, end: 1 }, 0).length).toBeLessThan(5);
});

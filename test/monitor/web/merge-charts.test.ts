import { expect, test } from 'vitest';
import { mergeCharts } from '../../../src/monitor/web/store/merge-charts.ts';
import { chartsMessage } from './charts-message.ts';

test('the first message is taken as it is', () => {
  const message = chartsMessage(0, [1, 2]);
  expect(mergeCharts(undefined, message)).toBe(message);
});

test('an update replaces the buckets from its first on', () => {
  const merged = mergeCharts(chartsMessage(0, [1, 2, 3]), chartsMessage(2, [7, 8]));
  expect(merged.first).toBe(0);
  expect(merged.buckets.turns).toEqual([1, 2, 7, 8]);
  expect(merged.buckets.states.decide).toEqual([1, 1, 1, 1]);
  expect(merged.at).toBe(400);
});

test('wider buckets, a gap, or a message with everything replace all', () => {
  const before = chartsMessage(0, [1, 2, 3]);
  for (const update of [chartsMessage(1, [9], { widthMs: 200 }), chartsMessage(5, [9]), chartsMessage(0, [9])]) {
    expect(mergeCharts(before, update)).toBe(update);
  }
});

test('measurements of the loop are taken whole or added', () => {
  const loopDelay = { at: [1000, 2000], p50: [1, 1], p99: [5, 6] };
  const before = chartsMessage(0, [1, 2], { loopDelay });
  const more = (at: number[], p99: number[]) =>
    mergeCharts(before, chartsMessage(1, [2], { loopDelay: { at, p50: p99, p99 } })).loopDelay;
  expect(more([3000], [7])).toMatchObject({ at: [1000, 2000, 3000], p99: [5, 6, 7] });
  expect(more([1000, 2000, 3000], [5, 6, 7]).at).toEqual([1000, 2000, 3000]);
  expect(more([], []).at).toEqual([1000, 2000]);
});

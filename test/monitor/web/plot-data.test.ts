import { expect, test } from 'vitest';
import { STACK_ORDER, toDelays, toRates, toStack } from '../../../src/monitor/web/fleet/plot-data.ts';
import { chartsMessage } from './charts-message.ts';

test('areas are stacked from failed up, and given from the top down', () => {
  const [times, ...layers] = toStack(chartsMessage(10, [1, 2]));
  expect(times).toEqual([1.1, 1.2]);
  expect(layers).toHaveLength(STACK_ORDER.length);
  const decide = STACK_ORDER.length - 1 - STACK_ORDER.indexOf('decide');
  expect(layers[0]).toEqual([1, 1]);
  expect(layers[decide]).toEqual([1, 1]);
  expect(layers[decide + 1]).toEqual([0, 0]);
});

test('the last bucket ends now', () => {
  expect(toStack(chartsMessage(0, [1, 2], { at: 130 }))[0]).toEqual([0.1, 0.13]);
});

test('counts are rates, and what has only begun is left out', () => {
  expect(toRates(chartsMessage(0, [5, 4, 1], { at: 220 }), 'turns')).toEqual([
    [0.05, 0.15],
    [50, 40],
  ]);
  const [times, rates] = toRates(chartsMessage(0, [5, 4], { at: 180 }), 'turns');
  expect(times![1]).toBeCloseTo(0.14);
  expect(rates![1]).toBeCloseTo(50);
});

test('delays are plotted as they are', () => {
  expect(toDelays(chartsMessage(0, [], { loopDelay: { at: [1000], p50: [1], p99: [9] } }))).toEqual([[1], [9]]);
});

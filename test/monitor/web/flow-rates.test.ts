import { expect, test } from 'vitest';
import { addSample, type FlowSample, RATE_WINDOW_MS, toFlowRates } from '../../../src/monitor/web/store/flow-rates.ts';

const sample = (at: number, count: number): FlowSample => ({ at, flow: { 'observe>decide': count } });

test('a rate is a difference over its time', () => {
  expect(toFlowRates([sample(1000, 10), sample(3000, 50)])).toEqual({ 'observe>decide': 20 });
});

test('fewer than two samples have no rate', () => {
  expect(toFlowRates([])).toEqual({});
  expect(toFlowRates([sample(1000, 10)])).toEqual({});
});

test('a transition that is new counts from zero', () => {
  expect(toFlowRates([{ at: 0, flow: {} }, sample(500, 5)])).toEqual({ 'observe>decide': 10 });
});

test('old samples go, and time that runs back starts anew', () => {
  let samples: readonly FlowSample[] = [];
  for (let at = 0; at <= 3 * RATE_WINDOW_MS; at += 500) samples = addSample(samples, sample(at, at));
  expect(samples[0]!.at).toBe(2 * RATE_WINDOW_MS);
  expect(toFlowRates(samples)['observe>decide']).toBe(1000);
  expect(addSample(samples, sample(10, 1))).toHaveLength(1);
  expect(addSample([sample(0, 0)], sample(60_000, 60))).toHaveLength(2);
});

import { expect, test } from 'vitest';
import { toModelSummaries, toModelViews, toRetries } from '../../src/conduct/model-figures.ts';
import { createGate } from '../../src/model/gate.ts';

const gates = new Map(
  ['a', 'b'].map((name) => [
    name,
    createGate({ name, decide: () => Promise.reject(new Error('no')) }, { concurrency: 2 }),
  ]),
);

test('views say how gates stand, and summaries how they went', () => {
  const waitMs = { p50: 0, p99: 0, max: 0 };
  expect(toModelViews(gates, 0)[1]).toEqual({
    name: 'b',
    inFlight: 0,
    waiting: 0,
    calls: 0,
    retries: 0,
    throttled: 0,
    waitMs,
    concurrency: 2,
    state: 'open',
  });
  const none = { calls: 0, tries: 0, retries: 0, throttled: 0, trips: 0, waitMs };
  expect(toModelSummaries(gates)).toEqual({ a: none, b: none });
});

test('retries and refusals are those of all models together', () => {
  const waitMs = { p50: 0, p99: 0, max: 0 };
  const one = { calls: 5, tries: 9, retries: 1, throttled: 3, trips: 0, waitMs };
  expect(toRetries({ a: one, b: one }, 4)).toEqual({ retries: { model: 2, tool: 4 }, throttled: 6 });
});

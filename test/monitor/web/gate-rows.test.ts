import { expect, test } from 'vitest';
import { describeGate, toGateRows } from '../../../src/monitor/web/fleet/gate-rows.ts';
import type { ModelView } from '../../../src/protocol.ts';

/** A model that lets everybody through. */
const OPEN: ModelView = {
  name: 'm',
  inFlight: 3,
  waiting: 0,
  calls: 1_000,
  retries: 0,
  throttled: 0,
  waitMs: { p50: 0, p99: 0, max: 0.02 },
  state: 'open',
};

/** The only row, by its columns. */
const cells = (model: ModelView) =>
  Object.fromEntries(toGateRows([model]).columns.map(({ name, value }) => [name, value(model)]));

test('a model that holds nobody up is not shown', () => {
  expect(toGateRows([OPEN]).rows).toEqual([]);
  expect(toGateRows([]).rows).toEqual([]);
});

test.each<Partial<ModelView>>([
  { waiting: 1 },
  { waitMs: { p50: 0, p99: 0, max: 3 } },
  { concurrency: 8 },
  { learnedRpm: 60 },
  { retries: 1 },
  { throttled: 1 },
  { state: 'tripped' },
])('one with %j is', (changes) => {
  const model = { ...OPEN, ...changes };
  expect(toGateRows([OPEN, model]).rows).toEqual([model]);
});

test('columns that would say nothing are left out', () => {
  expect(cells({ ...OPEN, waiting: 1_200, waitMs: { p50: 2, p99: 1_500, max: 2_000 } })).toEqual({
    'in flight': '3',
    waiting: '1,200',
    'wait p50': '2 ms',
    'wait p99': '1.50 s',
  });
  expect(cells({ ...OPEN, concurrency: 8, learnedRpm: 3_480.4, retries: 2, throttled: 5 })).toMatchObject({
    'in flight': '3/8',
    '/min': '3,480',
    retries: '2',
    refused: '5',
  });
});

test('of several models, a column that says something of one is there for all', () => {
  const { rows, columns } = toGateRows([
    { ...OPEN, waiting: 1 },
    { ...OPEN, learnedRpm: 60 },
  ]);
  const column = columns.find(({ name }) => name === '/min');
  expect(rows.map((row) => column?.value(row))).toEqual(['', '60']);
});

test.each<[Partial<ModelView>, number, string]>([
  [{}, 0, ''],
  [{ state: 'paused', retryInMs: 12_000 }, 0, 'paused, 12 s'],
  [{ state: 'paused', retryInMs: 12_000 }, 200, 'paused, 12 s'],
  [{ state: 'paused', retryInMs: 12_000 }, 1_500, 'paused, 11 s'],
  [{ state: 'tripped', retryInMs: 125_000 }, 0, 'out, 2 m 05 s'],
  [{ state: 'tripped', retryInMs: 100 }, 500, 'out'],
  [{ state: 'tripped' }, 0, 'out'],
])('%j, %d ms later: "%s"', (changes, sinceMs, text) => {
  expect(describeGate({ ...OPEN, ...changes }, sinceMs)).toBe(text);
});

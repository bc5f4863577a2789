import { expect, test } from 'vitest';
import { AGENT_STATES } from '../../../src/monitor/states.ts';
import { FleetModel } from '../../../src/monitor/web/fleet/fleet-model.ts';

const countsOf = (model: FleetModel) =>
  Object.fromEntries(
    AGENT_STATES.flatMap((state, index) => (model.counts[index] ? [[state, model.counts[index]]] : [])),
  );

test('all have not started', () => {
  expect(countsOf(new FleetModel(3))).toEqual({ unstarted: 3 });
});

test('is replaced, and changed in places', () => {
  const model = new FleetModel(0);
  model.replace('..odxwpsDFS');
  expect(countsOf(model)).toEqual({
    unstarted: 2,
    observe: 1,
    decide: 1,
    'executing-tools': 1,
    waiting: 1,
    paused: 1,
    storing: 1,
    done: 1,
    failed: 1,
    stopped: 1,
  });
  model.change([0, 3, 99], 'dDD');
  expect(model.stateOf(0)).toBe('decide');
  expect(model.stateOf(3)).toBe('done');
  expect(model.counts.reduce((sum, count) => sum + count, 0)).toBe(11);
  expect(countsOf(model)).toMatchObject({ unstarted: 1, decide: 1, done: 2 });
});

test('what is hidden or unknown counts as not started', () => {
  const model = new FleetModel(0);
  model.replace('-?é');
  expect(countsOf(model)).toEqual({ unstarted: 3 });
  expect(model.stateOf(99)).toBe('unstarted');
});

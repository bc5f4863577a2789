import { expect, test } from 'vitest';
import { toChartGraph } from '../../../src/monitor/chart/graph.ts';
import { SAMPLE_CHART } from './sample-chart.ts';

test('states keep their order, kind, entry actions and description', () => {
  const { id, initial, states } = toChartGraph(SAMPLE_CHART);
  expect({ id, initial }).toEqual({ id: 'sample', initial: 'first-state' });
  expect(states).toEqual([
    { id: 'first-state', kind: 'normal', entry: ['begin', 'note'], description: 'where it begins' },
    { id: 'second', kind: 'normal', entry: [] },
    { id: 'end', kind: 'final', entry: [] },
  ]);
});

test('transitions: eventless ones first, every form of a target, internal ones as such, those of the root last', () => {
  const { transitions } = toChartGraph(SAMPLE_CHART);
  const rows = transitions.map(({ source, event, guard = '', target, internal, actions }) =>
    [source, event, guard, internal ? '(internal)' : target, ...actions].join(' | '),
  );
  expect(rows).toEqual([
    'first-state |  | isReady | second',
    'first-state | go | isFast | end | hurry',
    'first-state | go |  | second',
    'first-state | tick |  | (internal) | count | note',
    'first-state | again |  | first-state',
    'second | go |  | end',
    'second | back |  | first-state',
    '* | ping |  | (internal) | pong',
    '* | kill |  | end | clean',
  ]);
  expect(transitions[1]).toMatchObject({ id: 'first-state/go/0', description: 'in a <hurry>; "now"' });
  expect(transitions[3]).toMatchObject({ source: 'first-state', target: 'first-state', internal: true });
  expect(new Set(transitions.map(({ id }) => id)).size).toBe(transitions.length);
});

const flat = { id: 'm', initial: 'a', states: { a: {} } };

test.each([
  ['no map', [], 'the configuration is no map'],
  ['no id', { initial: 'a', states: { a: {} } }, 'the machine has no id'],
  ['no states', { id: 'm', initial: 'a' }, 'machine "m" has no states'],
  ['no initial state', { id: 'm', states: { a: {} } }, 'machine "m" has no initial state'],
  ['a wrong initial state', { ...flat, initial: 'b' }, 'there is no state "b" to start in'],
  ['a wrong target', { ...flat, states: { a: { on: { go: 'b' } } } }, '"a" leads to "b", which is no state'],
  ['several targets', { ...flat, states: { a: { on: { go: { target: ['a', 'a'] } } } } }, 'to several states at once'],
  ['nested states', { ...flat, states: { a: { initial: 'b', states: { b: {} } } } }, 'state "a" has "states"'],
  ['a parallel state', { ...flat, states: { a: { type: 'parallel' } } }, 'state "a" is parallel, not flat'],
  ['an invocation', { ...flat, states: { a: { invoke: { src: 'x' } } } }, 'state "a" has "invoke"'],
  ['an action without a name', { ...flat, states: { a: { entry: [{}] } } }, 'an action or a guard has no name'],
  ['a state with a name of ours', { ...flat, initial: '*', states: { '*': {} } }, 'calls a state "*"'],
])('%s cannot be drawn, and it says so', (_, config, message) => {
  expect(() => toChartGraph(config as never)).toThrow(TypeError);
  expect(() => toChartGraph(config as never)).toThrow(message);
});

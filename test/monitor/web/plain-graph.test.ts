import { expect, test } from 'vitest';
import { toChartGraph } from '../../../src/monitor/chart/graph.ts';
import { toPlainGraph } from '../../../src/monitor/web/chart/plain-graph.ts';

const graph = toChartGraph({
  id: 'agent',
  initial: 'observe',
  states: {
    observe: {
      description: 'looks',
      always: [{ guard: 'isReady', target: 'run', actions: 'take' }, { actions: 'rest' }],
    },
    run: {
      entry: 'begin',
      on: { 'xstate.done.actor.tool': { guard: 'isLast', target: 'end' }, stopped: 'end' },
    },
    end: { type: 'final' },
  },
});

test('one arrow between two states, without actions', () => {
  const plain = toPlainGraph(graph);
  expect(plain.transitions).toEqual([
    { id: 'observe>run', source: 'observe', target: 'run', internal: false, event: '[isReady]', actions: [] },
    {
      id: 'run>end',
      source: 'run',
      target: 'end',
      internal: false,
      event: 'tool done [isLast] or stopped',
      actions: [],
    },
  ]);
  expect(plain.states.map(({ entry }) => entry)).toEqual([[], [], []]);
  expect(plain.states[0]!.description).toBe('looks');
});

test('without labels there are only names and arrows', () => {
  const bare = toPlainGraph(graph, false);
  expect(bare.transitions.map(({ event }) => event)).toEqual(['', '']);
  expect(bare.states[0]).toEqual({ id: 'observe', kind: 'normal', entry: [] });
});

import ELK from 'elkjs/lib/elk.bundled.js';
import { expect, test } from 'vitest';
import { describeMachines } from '../../../src/machines.ts';
import { toChartGraph } from '../../../src/monitor/chart/graph.ts';
import { layoutChart } from '../../../src/monitor/chart/layout.ts';
import type { Json } from '../../../src/protocol.ts';
import { expectReadable, type Rectangle } from './geometry.ts';
import { SAMPLE_CHART } from './sample-chart.ts';

const place = (config: Json) => layoutChart(toChartGraph(config), new ELK.default());

test.each([
  ['the agents', describeMachines().agent],
  ['the supervisor', describeMachines().supervisor],
  ['one with everything', SAMPLE_CHART],
])('the chart of %s has a place for everything, and nothing lies on anything else', async (_, config) => {
  const { width, height, states, transitions, initial } = await place(config);
  const { states: described, transitions: all } = toChartGraph(config);
  expectReadable({
    width,
    height,
    boxes: new Map<string, Rectangle>([
      ...states.map((state) => [state.id, state] as const),
      ['dot', { x: initial.x - 7, y: initial.y - 7, width: 14, height: 14 }],
    ]),
    arrows: [
      ...transitions,
      { source: 'dot', target: toChartGraph(config).initial, points: initial.points, label: noLabel },
    ],
  });
  expect(states.filter(({ kind }) => kind !== 'any').map(({ id }) => id)).toEqual(described.map(({ id }) => id));
  expect(transitions.map(({ id }) => id)).toEqual(all.filter(({ internal }) => !internal).map(({ id }) => id));
  expect(await place(config)).toEqual(await place(config));
});

const noLabel = { x: 0, y: 0, width: 0, height: 0 };

test('boxes and labels say what statecharts say', async () => {
  const { states, transitions } = await place(SAMPLE_CHART);
  const text = (id: string) =>
    states.find((state) => state.id === id)?.lines.map(({ text, kind }) => `${kind}: ${text}`);
  expect(text('first-state')).toEqual([
    'title: first-state',
    'words: where it begins',
    'code: entry / begin, note',
    'code: tick / count, note',
  ]);
  expect(text('*')).toEqual(['title: any state', 'code: ping / pong']);
  expect(states.at(-1)).toMatchObject({ id: '*', kind: 'any' });
  const label = (id: string) => transitions.find((transition) => transition.id === id)?.label.lines;
  expect(label('first-state/go/0')).toEqual([
    { text: 'in a <hurry>; "now"', kind: 'words' },
    { text: 'go [isFast] / hurry', kind: 'code' },
  ]);
  expect(label('first-state//0')).toEqual([{ text: '[isReady]', kind: 'code' }]);
});

test('without transitions of the root there is no box for any state', async () => {
  const { states } = await place({ id: 'm', initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } });
  expect(states.map(({ id }) => id)).toEqual(['a', 'b']);
});

import { expect, test } from 'vitest';
import { foldAgent } from '../../../src/monitor/web/fold/agent-fold.ts';
import { findAt, LANE_PX, placeRows, toMoment, toX } from '../../../src/monitor/web/timeline/row-places.ts';
import { toTimelineRow } from '../../../src/monitor/web/timeline/timeline-row.ts';
import { LIFE } from './agent-events.ts';

const places = placeRows([toTimelineRow('a/0', foldAgent([]), 500), toTimelineRow('a/1', foldAgent(LIFE), 500)]);
const view = { start: 0, end: 500 };

test('rows stand below each other, as high as their lanes need', () => {
  expect(places[0]!.top).toBe(0);
  expect(places[1]!.top).toBe(places[0]!.height);
  expect(places[1]!.height).toBeGreaterThan(2 * LANE_PX);
});

test('moments and pixels are each other', () => {
  expect(toX(250, view, 1000)).toBe(500);
  expect(toMoment(500, view, 1000)).toBe(250);
});

test('finds the bar at a point, also when it is only near', () => {
  const { lanesTop } = places[1]!;
  const find = (at: number, lane: number) =>
    findAt(places, { x: toX(at, view, 1000), y: lanesTop + lane * LANE_PX + 2 }, view, 1000);
  expect(find(200, 0)?.bar?.label).toBe('search');
  expect(find(120, 1)?.bar?.label).toBe('metrics');
  expect(find(151, 1)?.bar?.label).toBe('metrics');
  expect(find(200, 1)).toMatchObject({ place: { row: { agent: 'a/1' } } });
  expect(find(200, 1)?.bar).toBeUndefined();
  expect(findAt(places, { x: 5, y: 5 }, view, 1000)?.place.row.agent).toBe('a/0');
  expect(findAt(places, { x: 5, y: 999 }, view, 1000)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { cellAt, layoutFleet, positionAt, stepFrom } from '../../../src/monitor/web/fleet/fleet-layout.ts';

const group = (name: string, first: number, count: number) => ({ name, first, count });
const ten = [group('a', 0, 5000), group('b', 5000, 2500), group('c', 7500, 1500), group('d', 9000, 1000)];

test('ten thousand agents fit, with cells of at least four pixels', () => {
  const layout = layoutFleet(ten, 850, 530);
  expect(layout.height).toBeLessThanOrEqual(530);
  expect(layout.cell).toBeGreaterThanOrEqual(4);
});

test('a few agents have cells of 28 pixels', () => {
  expect(layoutFleet([group('a', 0, 200)], 850, 530).cell).toBe(28);
});

test('where nothing fits, cells are small and the sheet is higher than the room', () => {
  const layout = layoutFleet(ten, 100, 100);
  expect(layout.cell).toBe(2);
  expect(layout.height).toBeGreaterThan(100);
});

test('every agent has a place of its own, and is found there', () => {
  const layout = layoutFleet(ten, 850, 530);
  const places = new Set<string>();
  for (let position = 0; position < 10_000; position++) {
    const cell = cellAt(layout, position)!;
    places.add(`${cell.x} ${cell.y}`);
    expect(cell.x + layout.cell).toBeLessThanOrEqual(850);
    expect(positionAt(layout, cell.x + 1, cell.y + 1)).toBe(position);
  }
  expect(places.size).toBe(10_000);
});

test('small groups stand side by side', () => {
  const { boxes } = layoutFleet([group('a', 0, 4), group('b', 4, 4), group('c', 8, 100)], 800, 400);
  expect(boxes[0]!.y).toBe(boxes[1]!.y);
  expect(boxes[1]!.x).toBeGreaterThan(boxes[0]!.x);
  expect(boxes[2]!.y).toBeGreaterThan(boxes[1]!.y);
});

test('nobody is between the groups or outside', () => {
  const layout = layoutFleet([group('a', 0, 4), group('b', 4, 100)], 400, 400);
  expect(positionAt(layout, 0, 0)).toBeUndefined();
  expect(positionAt(layout, -5, 30)).toBeUndefined();
  expect(positionAt(layout, 399, 30)).toBeUndefined();
  expect(cellAt(layout, 104)).toBeUndefined();
});

test('a run without agents has nothing to draw', () => {
  expect(layoutFleet([], 400, 400)).toMatchObject({ height: 0, boxes: [] });
  expect(stepFrom(layoutFleet([], 400, 400), 0, 'down')).toBe(0);
});

test('the cursor steps through the cells and over the edges of groups', () => {
  const layout = layoutFleet([group('a', 0, 15), group('b', 15, 15)], 300, 400);
  const { columns } = layout.boxes[0]!;
  expect(columns).toBe(10);
  expect(stepFrom(layout, 0, 'left')).toBe(0);
  expect(stepFrom(layout, 0, 'right')).toBe(1);
  expect(stepFrom(layout, 2, 'down')).toBe(12);
  expect(stepFrom(layout, 12, 'up')).toBe(2);
  expect(stepFrom(layout, 7, 'down')).toBe(14);
  expect(stepFrom(layout, 12, 'down')).toBe(15);
  expect(stepFrom(layout, 15, 'up')).toBe(14);
  expect(stepFrom(layout, 29, 'right')).toBe(29);
  expect(stepFrom(layout, 99, 'right')).toBe(0);
});

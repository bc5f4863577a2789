import ELK from 'elkjs/lib/elk.bundled.js';
import { expect, test } from 'vitest';
import { type Arrow, placeBoxes } from '../../../src/monitor/chart/place-boxes.ts';
import { expectReadable } from './geometry.ts';

const size = { width: 100, height: 40 };
const label = { width: 60, height: 15 };
const elk = new ELK.default();

function place(arrows: readonly Arrow[], direction: 'RIGHT' | 'DOWN' = 'RIGHT') {
  const names = new Set(arrows.flatMap(({ source, target }) => [source, target]));
  const boxes = [...names].map((id) => ({ id, ...size }));
  return placeBoxes(boxes, arrows, elk, direction);
}

test.each(['RIGHT', 'DOWN'] as const)('arrows point %s', async (direction) => {
  const { boxes } = await place([{ id: '1', source: 'a', target: 'b', label }], direction);
  const [a, b] = [boxes.get('a')!, boxes.get('b')!];
  if (direction === 'RIGHT') expect(b.x).toBeGreaterThan(a.x + size.width + label.width);
  else expect(b.y).toBeGreaterThan(a.y + size.height + label.height);
});

test('parallel arrows, arrows back and loops are apart from each other, and the same each time', async () => {
  const arrows = [
    { id: '1', source: 'a', target: 'b', label },
    { id: '2', source: 'a', target: 'b', label },
    { id: '3', source: 'b', target: 'a', label },
    { id: '4', source: 'b', target: 'b', label },
    { id: '5', source: 'c', target: 'd', label },
  ];
  const placed = await place(arrows);
  expectReadable({
    width: placed.width,
    height: placed.height,
    boxes: new Map([...placed.boxes].map(([id, point]) => [id, { ...point, ...size }])),
    arrows: arrows.map(({ id, source, target }) => {
      const { points, label: corner } = placed.arrows.get(id)!;
      return { source, target, points, label: { ...corner, ...label } };
    }),
  });
  const paths = [...placed.arrows.values()].map(({ points }) => JSON.stringify(points));
  expect(new Set(paths).size).toBe(arrows.length);
  expect(await place(arrows)).toEqual(placed);
});

test('the first box comes first', async () => {
  const boxes = [
    { id: 'a', ...size },
    { id: 'dot', ...size, isFirst: true },
  ];
  const placed = await placeBoxes(boxes, [{ id: '1', source: 'dot', target: 'a', label }], elk, 'DOWN');
  expect(placed.boxes.get('dot')!.y).toBeLessThan(placed.boxes.get('a')!.y);
});

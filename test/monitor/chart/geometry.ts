import { expect } from 'vitest';
import type { Point } from '../../../src/monitor/chart/place-boxes.ts';

export interface Rectangle extends Point {
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Rectangle>;
  readonly arrows: readonly {
    readonly source: string;
    readonly target: string;
    readonly points: readonly Point[];
    readonly label: Rectangle;
  }[];
}

/** Everything is inside, nothing lies on anything else, and arrows go at right angles from border to border. */
export function expectReadable({ width, height, boxes, arrows }: Drawing): void {
  const shapes = [
    ...[...boxes].map(([name, shape]) => ({ name: `box ${name}`, shape })),
    ...arrows
      .filter(({ label }) => label.width > 0)
      .map(({ source, target, label }) => ({ name: `label ${source} > ${target}`, shape: label })),
  ];
  for (const [index, { name, shape }] of shapes.entries()) {
    expect(isInside(shape, { x: 0, y: 0, width, height }), `${name} is inside`).toBe(true);
    for (const other of shapes.slice(index + 1)) {
      expect(isOverlapping(shape, other.shape), `${name} lies on ${other.name}`).toBe(false);
    }
    for (const { source, target, points } of arrows) {
      for (const segment of toSegments(points)) {
        expect(isOverlapping(shape, segment), `${source} > ${target} crosses ${name}`).toBe(false);
      }
    }
  }
  for (const { source, target, points } of arrows) {
    expect(isOnBorder(points[0]!, boxes.get(source)!), `${source} > ${target} begins at its source`).toBe(true);
    expect(isOnBorder(points.at(-1)!, boxes.get(target)!), `${source} > ${target} ends at its target`).toBe(true);
    for (const segment of toSegments(points)) expect(Math.min(segment.width, segment.height)).toBeLessThanOrEqual(0.5);
  }
}

function toSegments(points: readonly Point[]): Rectangle[] {
  return points.slice(1).map((end, index) => {
    const start = points[index]!;
    const [x, y] = [Math.min(start.x, end.x), Math.min(start.y, end.y)];
    return { x, y, width: Math.abs(start.x - end.x), height: Math.abs(start.y - end.y) };
  });
}

/** Sharing a border is not overlapping. */
function isOverlapping(a: Rectangle, b: Rectangle): boolean {
  const slack = 1;
  return (
    a.x + slack < b.x + b.width &&
    b.x + slack < a.x + a.width &&
    a.y + slack < b.y + b.height &&
    b.y + slack < a.y + a.height
  );
}

function isInside(inner: Rectangle, outer: Rectangle): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function isOnBorder({ x, y }: Point, box: Rectangle): boolean {
  const near = (a: number, b: number) => Math.abs(a - b) <= 1;
  const isWithin = x >= box.x - 1 && x <= box.x + box.width + 1 && y >= box.y - 1 && y <= box.y + box.height + 1;
  const isAtEdge = near(x, box.x) || near(x, box.x + box.width) || near(y, box.y) || near(y, box.y + box.height);
  return isWithin && isAtEdge;
}

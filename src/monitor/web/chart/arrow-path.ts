import type { Point } from '../../chart/place-boxes.ts';

const CORNER_PX = 8;

/** An SVG path through the points, with rounded corners. */
export function toArrowPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (before === undefined) return `M${point.x} ${point.y}`;
      if (after === undefined) return `L${point.x} ${point.y}`;
      const from = towards(point, before);
      const to = towards(point, after);
      return `L${from.x} ${from.y}Q${point.x} ${point.y} ${to.x} ${to.y}`;
    })
    .join('');
}

/** The tip at the end of an arrow, as a path; the size grows with the arrow's width. */
export function toTipPath(points: readonly Point[], widthPx: number): string {
  const end = points.at(-1);
  const before = points.at(-2);
  if (end === undefined || before === undefined) return '';
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [x, y] = [(end.x - before.x) / length, (end.y - before.y) / length];
  const size = 6 + widthPx;
  const half = size * 0.55;
  const base = { x: end.x - x * size, y: end.y - y * size };
  return `M${end.x} ${end.y}L${base.x - y * half} ${base.y + x * half}L${base.x + y * half} ${base.y - x * half}z`;
}

function towards(corner: Point, next: Point): Point {
  const length = Math.hypot(next.x - corner.x, next.y - corner.y);
  const share = length === 0 ? 0 : Math.min(CORNER_PX / length, 0.5);
  return { x: corner.x + (next.x - corner.x) * share, y: corner.y + (next.y - corner.y) * share };
}

import type { PlacedText } from '../../chart/layout.ts';
import type { Point } from '../../chart/place-boxes.ts';
import { measureLines } from '../../chart/text-lines.ts';

const PILL_PX = 16;
/** From the arrow to its number. */
const BESIDE_PX = 6;

interface FlowNumberProps {
  readonly points: readonly Point[];
  /** What else stands there. */
  readonly label?: PlacedText;
  /** Its middle. Default: at the middle of the arrow's longest stretch, on the side where the label is not. */
  readonly place?: Point | undefined;
  readonly text: string;
}

/** The number of an arrow. */
export function FlowNumber({ points, label, place, text }: FlowNumberProps) {
  const width = measureLines([{ text, kind: 'code' }]).width + 8;
  const { x, y } = place ?? toBeside(points, label, width);
  return (
    <g class="flow-number">
      <rect x={x - width / 2} y={y - PILL_PX / 2} width={width} height={PILL_PX} rx={PILL_PX / 2} />
      <text x={x} y={y + 4} text-anchor="middle">
        {text}
      </text>
    </g>
  );
}

function toBeside(points: readonly Point[], label: PlacedText | undefined, width: number): Point {
  let place = { x: 0, y: 0, length: -1, isUpright: true };
  for (const [index, from] of points.slice(0, -1).entries()) {
    const to = points[index + 1] ?? from;
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    if (length <= place.length) continue;
    place = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, length, isUpright: from.x === to.x };
  }
  const { x, y, isUpright } = place;
  if (label === undefined || label.lines.length === 0) return { x, y };
  const side = (isUpright ? label.x < x : label.y < y) ? 1 : -1;
  return isUpright ? { x: x + side * (width / 2 + BESIDE_PX), y } : { x, y: y + side * (PILL_PX / 2 + BESIDE_PX) };
}

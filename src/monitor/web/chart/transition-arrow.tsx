import type { PlacedTransition } from '../../chart/layout.ts';
import { measureLines } from '../../chart/text-lines.ts';
import { formatRate } from '../format.ts';
import { toArrowPath, toTipPath } from './arrow-path.ts';
import { toArrowWidth } from './chart-numbers.ts';
import { ChartText } from './chart-text.tsx';

interface TransitionArrowProps {
  readonly transition: PlacedTransition;
  /** How many transitions ago it was taken; -1: not among the last. */
  readonly taken: number;
  readonly value: number | undefined;
  /** The busiest arrow's value. */
  readonly most: number;
  readonly unit: string;
}

const PILL_PX = 16;
/** From the arrow to its number. */
const BESIDE_PX = 6;

/** Opacity of the path's arrows, from the newest on. */
const FADE = [1, 0.75, 0.55, 0.4, 0.3, 0.25];

export function TransitionArrow({ transition, taken, value, most, unit }: TransitionArrowProps) {
  const { points, label } = transition;
  const isTaken = taken >= 0;
  const width = isTaken ? 2.5 : toArrowWidth(value ?? 0, most);
  const trail = isTaken ? (FADE[taken] ?? FADE.at(-1)) : undefined;
  return (
    <g class={`transition${isTaken ? ' is-taken' : ''}`}>
      <path class="arrow" d={toArrowPath(points)} stroke-width={width} stroke-opacity={trail} />
      <path class="tip-path" d={toTipPath(points, width)} fill-opacity={trail} />
      <ChartText lines={label.lines} x={label.x + label.width / 2} top={label.y} />
      {value !== undefined && value > 0 && <FlowNumber transition={transition} text={`${formatRate(value)}${unit}`} />}
    </g>
  );
}

/** At the middle of the arrow's longest stretch, on the side where the label is not. */
function FlowNumber({ transition, text }: { readonly transition: PlacedTransition; readonly text: string }) {
  const { points, label } = transition;
  let place = { x: 0, y: 0, length: -1, isUpright: true };
  for (const [index, from] of points.slice(0, -1).entries()) {
    const to = points[index + 1] ?? from;
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    if (length <= place.length) continue;
    place = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, length, isUpright: from.x === to.x };
  }
  const width = measureLines([{ text, kind: 'code' }]).width + 8;
  const isLabelBefore = place.isUpright ? label.x < place.x : label.y < place.y;
  const side = label.lines.length === 0 ? 0 : isLabelBefore ? 1 : -1;
  const x = place.x + (place.isUpright ? side * (width / 2 + BESIDE_PX) : 0);
  const y = place.y + (place.isUpright ? 0 : side * (PILL_PX / 2 + BESIDE_PX));
  return (
    <g class="flow-number">
      <rect x={x - width / 2} y={y - PILL_PX / 2} width={width} height={PILL_PX} rx={PILL_PX / 2} />
      <text x={x} y={y + 4} text-anchor="middle">
        {text}
      </text>
    </g>
  );
}

import type { PlacedTransition } from '../../chart/layout.ts';
import { formatRate } from '../format.ts';
import { toArrowPath, toTipPath } from './arrow-path.ts';
import { toArrowWidth } from './chart-numbers.ts';
import { ChartText } from './chart-text.tsx';
import { FlowNumber } from './flow-number.tsx';

interface TransitionArrowProps {
  readonly transition: PlacedTransition;
  /** How many transitions ago it was taken; -1: not among the last. */
  readonly taken: number;
  readonly value: number | undefined;
  /** The busiest arrow's value. */
  readonly most: number;
  readonly unit: string;
}

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
      {value !== undefined && value > 0 && (
        <FlowNumber points={points} label={label} text={`${formatRate(value)}${unit}`} />
      )}
    </g>
  );
}

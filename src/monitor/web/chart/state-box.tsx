import type { PlacedState } from '../../chart/layout.ts';
import { measureLines } from '../../chart/text-lines.ts';
import { formatNumber } from '../format.ts';
import type { StateNumbers } from './chart-numbers.ts';
import { ChartText } from './chart-text.tsx';
import { toPress } from './press.ts';

interface StateBoxProps {
  readonly state: PlacedState;
  readonly isActive: boolean;
  readonly numbers: StateNumbers | undefined;
  readonly onSelect: ((state: string) => void) | undefined;
}

const RADIUS_PX = 10;
const RING_PX = 4;
const TEXT_TOP_PX = 10;

/** A state: a rounded box, filled by how many are there. */
export function StateBox({ state, isActive, numbers, onSelect }: StateBoxProps) {
  const { id, kind, x, y, width, height, lines } = state;
  const isPressable = onSelect !== undefined && kind !== 'any';
  const names = `state-box is-${kind}${isActive ? ' is-active' : ''}${isPressable ? ' is-pressable' : ''}`;
  return (
    <g
      class={names}
      data-testid={`state-${id}`}
      data-state={id}
      data-active={isActive}
      data-count={numbers?.count}
      {...(isPressable && toPress(`${id}: ${formatNumber(numbers?.count ?? 0)} agents`, () => onSelect(id)))}
    >
      <rect class="paper" x={x} y={y} width={width} height={height} rx={RADIUS_PX} />
      <rect
        class="heat"
        x={x}
        y={y}
        width={width}
        height={height}
        rx={RADIUS_PX}
        fill={`var(--state-${id}, var(--accent))`}
        fill-opacity={toHeat(numbers, isActive)}
      />
      <rect class="edge" x={x} y={y} width={width} height={height} rx={RADIUS_PX} />
      {kind === 'final' && (
        <rect
          class="ring"
          x={x + RING_PX}
          y={y + RING_PX}
          width={width - 2 * RING_PX}
          height={height - 2 * RING_PX}
          rx={RADIUS_PX - RING_PX}
        />
      )}
      <ChartText lines={lines} x={x + width / 2} top={y + TEXT_TOP_PX} />
      {numbers !== undefined && kind !== 'any' && <Numbers state={state} numbers={numbers} />}
    </g>
  );
}

/** The count at the upper edge, those who rest there at the lower one. */
function Numbers({ state: { x, y, width, height }, numbers }: { state: PlacedState; numbers: StateNumbers }) {
  const count = formatNumber(numbers.count);
  const countWidth = measureLines([{ text: count, kind: 'title' }]).width + 12;
  const parts = numbers.parts.map(({ state, count: part }) => `${state} ${formatNumber(part)}`).join(' · ');
  const partsWidth = measureLines([{ text: parts, kind: 'code' }]).width + 10;
  return (
    <>
      <g class={`count${numbers.count === 0 ? ' is-zero' : ''}`}>
        <rect x={x + width - countWidth + 8} y={y - 12} width={countWidth} height={22} rx={11} />
        <text x={x + width - countWidth / 2 + 8} y={y + 4} text-anchor="middle">
          {count}
        </text>
      </g>
      {parts !== '' && (
        <g class="parts">
          <rect x={x + (width - partsWidth) / 2} y={y + height - 8} width={partsWidth} height={17} rx={8.5} />
          <text x={x + width / 2} y={y + height + 4} text-anchor="middle">
            {parts}
          </text>
        </g>
      )}
    </>
  );
}

/** As much as leaves the text legible. */
function toHeat(numbers: StateNumbers | undefined, isActive: boolean): number {
  if (numbers === undefined) return isActive ? 0.3 : 0;
  return numbers.count === 0 ? 0 : 0.06 + 0.32 * Math.sqrt(numbers.share);
}

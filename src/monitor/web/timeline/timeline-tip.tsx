import { formatClock, formatDuration } from '../format.ts';
import type { findAt } from './row-places.ts';
import type { TimelineBar } from './timeline-row.ts';

interface TimelineTipProps {
  readonly found: ReturnType<typeof findAt>;
  readonly at: { readonly x: number; readonly y: number } | undefined;
  readonly width: number;
}

const AXIS_PX = 24;
const ROOM_PX = 230;

/** What the bar under the pointer is. */
export function TimelineTip({ found, at, width }: TimelineTipProps) {
  if (found === undefined || at === undefined) return null;
  const { place, bar } = found;
  const isRight = at.x > width - ROOM_PX;
  const style = {
    left: isRight ? 'auto' : `${at.x + 14}px`,
    right: isRight ? `${width - at.x + 14}px` : 'auto',
    top: `${at.y + AXIS_PX + 8}px`,
  };
  return (
    <div class="tip" style={style} role="tooltip">
      <b>{place.row.agent}</b>
      {bar === undefined ? <span class="muted">waiting</span> : <Bar bar={bar} />}
    </div>
  );
}

const WORD = { queue: 'in line for the model', decide: 'decide', tool: 'tool', store: 'storing' } as const;

function Bar({ bar }: { readonly bar: TimelineBar }) {
  const { kind, label, turn, start, end, isOpen, isError, isCritical } = bar;
  return (
    <>
      <span>
        {WORD[kind]}
        {kind === 'decide' || kind === 'tool' ? ` ${label}` : ''}, turn {turn}
      </span>
      <span>
        {formatDuration(end - start)}
        {isOpen ? ' so far' : ''} <span class="muted mono">from {formatClock(start)}</span>
      </span>
      {isError && <span class="is-bad">failed</span>}
      {isCritical && kind === 'tool' && <span class="muted">the longest call of the turn</span>}
    </>
  );
}

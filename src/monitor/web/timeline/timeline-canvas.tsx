import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { formatClock } from '../format.ts';
import { palette } from '../palette.ts';
import { navigate } from '../router.ts';
import { shownAt, travelAt } from '../store/travel-store.ts';
import { findAt, type RowPlace, toX } from './row-places.ts';
import { createGestures } from './timeline-gestures.ts';
import { paintTimeline } from './timeline-painter.ts';
import { TimelineTip } from './timeline-tip.tsx';
import { clampTo, toTicks, type Viewport } from './viewport.ts';

interface TimelineCanvasProps {
  readonly places: readonly RowPlace[];
  readonly longest: string | undefined;
  readonly whole: Viewport;
  /** Undefined: all of the time. */
  readonly chosen: Signal<Viewport | undefined>;
}

/** The bars, with the axis of time above them. */
export function TimelineCanvas({ places, longest, whole, chosen }: TimelineCanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const pointer = useSignal<{ x: number; y: number } | undefined>(undefined);
  const view = chosen.value === undefined ? whole : clampTo(chosen.value, whole);
  const last = places.at(-1);
  const height = last === undefined ? 0 : last.top + last.height;
  const ticks = toTicks(view, width.value);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [width]);
  const shown = { places, view, ticks, width: width.value, height, palette: palette.value, longest };
  const moment = { at: shownAt.value, isTravelling: travelAt.value !== undefined };
  useLayoutEffect(() => {
    if (canvas.current !== null) paintTimeline(canvas.current, { ...shown, ...moment });
  });
  const current = useRef({ view, whole, width: width.value, places });
  current.current = { view, whole, width: width.value, places };
  useEffect(() => {
    if (canvas.current === null) return;
    return createGestures(canvas.current, {
      get: () => current.current,
      set: (next) => {
        chosen.value = next;
      },
      point: (at) => {
        pointer.value = at;
      },
      press: (at) => {
        const { places: there, view: seen, width: wide } = current.current;
        const agent = findAt(there, at, seen, wide)?.place.row.agent;
        if (agent !== undefined) navigate({ view: 'agent', agent });
      },
    });
  }, [chosen, pointer]);
  return (
    <div class="timeline-time" ref={frame}>
      <div class="timeline-axis" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick} class="mono" style={{ left: `${toX(tick, view, width.value)}px` }}>
            {formatClock(tick, view.end - view.start < 8000 ? 3 : 0)}
          </span>
        ))}
      </div>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        data-testid="timeline"
        aria-label={`Timeline of ${places.length} agents from ${formatClock(view.start)} to ${formatClock(view.end)}`}
        style={{ height: `${height}px` }}
      />
      <TimelineTip
        found={pointer.value && findAt(places, pointer.value, view, width.value)}
        at={pointer.value}
        width={width.value}
      />
    </div>
  );
}

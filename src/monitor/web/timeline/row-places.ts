import type { TimelineBar, TimelineRow } from './timeline-row.ts';
import type { Viewport } from './viewport.ts';

export const LANE_PX = 11;
const PADDING_PX = 7;
const ROW_MIN_PX = 30;
/** A bar is found this far beside it: short ones are hard to hit. */
const REACH_PX = 3;

/** Where a row is, in pixels from the top. */
export interface RowPlace {
  readonly row: TimelineRow;
  readonly top: number;
  readonly height: number;
  /** Where its lanes begin. */
  readonly lanesTop: number;
}

export function placeRows(rows: readonly TimelineRow[]): readonly RowPlace[] {
  let top = 0;
  return rows.map((row) => {
    const lanesPx = row.lanes * LANE_PX;
    const height = Math.max(ROW_MIN_PX, lanesPx + 2 * PADDING_PX);
    const place = { row, top, height, lanesTop: top + (height - lanesPx) / 2 };
    top += height;
    return place;
  });
}

export function toX(at: number, { start, end }: Viewport, widthPx: number): number {
  return ((at - start) / Math.max(1e-9, end - start)) * widthPx;
}

export function toMoment(x: number, { start, end }: Viewport, widthPx: number): number {
  return start + (x / Math.max(1, widthPx)) * (end - start);
}

/** What is at a point: the row, and the bar if there is one. */
export function findAt(
  places: readonly RowPlace[],
  point: { readonly x: number; readonly y: number },
  view: Viewport,
  widthPx: number,
): { readonly place: RowPlace; readonly bar?: TimelineBar } | undefined {
  const place = places.find(({ top, height }) => point.y >= top && point.y < top + height);
  if (place === undefined) return undefined;
  const lane = Math.floor((point.y - place.lanesTop) / LANE_PX);
  const bar = place.row.bars.findLast(
    (other) =>
      other.lane === lane &&
      point.x >= toX(other.start, view, widthPx) - REACH_PX &&
      point.x <= toX(other.end, view, widthPx) + REACH_PX,
  );
  return bar === undefined ? { place } : { place, bar };
}

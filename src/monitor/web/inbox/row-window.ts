/** The rows of a long list that are in sight, and some more on both sides; `last` is exclusive. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/** Rows built beyond the edges, so that scrolling finds them there. */
const MARGIN = 8;

/** @param scrollPx How far the list has been scrolled. */
export function toRowWindow(rows: number, rowPx: number, scrollPx: number, heightPx: number): RowWindow {
  const first = Math.max(0, Math.min(rows, Math.floor(scrollPx / rowPx)) - MARGIN);
  return { first, last: Math.min(rows, Math.ceil((Math.max(0, scrollPx) + heightPx) / rowPx) + MARGIN) };
}

/** How far to scroll so that a row is in sight; as far as now, if it is. */
export function toScrolled(row: number, rowPx: number, scrollPx: number, heightPx: number): number {
  const top = row * rowPx;
  return Math.min(top, Math.max(scrollPx, top + rowPx - heightPx));
}

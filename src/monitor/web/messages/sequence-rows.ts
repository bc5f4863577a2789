import type { SequenceEntry } from '../../talk-messages.ts';
import { formatClock } from '../format.ts';

/** One message of the diagram. */
export interface SequenceRow {
  readonly entry: SequenceEntry;
  /** Places of the columns it goes from and to. */
  readonly from: number;
  readonly to: number;
  /** When it was sent; empty if that is when the one before was. */
  readonly time: string;
  /** Who, where a column stands for a whole group. */
  readonly who: string;
}

/** Messages as rows of a diagram with these columns, in their order; those of others are left out. */
export function toSequenceRows(messages: readonly SequenceEntry[], columns: readonly string[]): SequenceRow[] {
  let last = '';
  return messages.flatMap((entry) => {
    const [from, to] = [toColumn(entry.from, columns), toColumn(entry.to, columns)];
    if (from < 0 || to < 0) return [];
    const time = formatClock(entry.at);
    const row = { entry, from, to, time: time === last ? '' : time, who: toWho(entry, columns) };
    last = time;
    return [row];
  });
}

/** The column of somebody: its own, or that of its group; -1: none. */
function toColumn(name: string, columns: readonly string[]): number {
  const own = columns.indexOf(name);
  return own >= 0 ? own : columns.indexOf(name.slice(0, Math.max(0, name.lastIndexOf('/'))));
}

function toWho({ from, to }: SequenceEntry, columns: readonly string[]): string {
  const ends = [from, to].map((name) => (columns.includes(name) ? '' : name));
  if (ends.every((name) => name === '')) return '';
  return ends[0] === '' ? `→ ${ends[1]}` : `${ends[0]}${ends[1] === '' ? '' : ` → ${ends[1]}`}`;
}

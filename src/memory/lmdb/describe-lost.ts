import type { Write } from './write-queue.ts';

/** Agents named in an error. */
const NAMED_MAX = 5;

/**
 * Says what is not written.
 *
 * @param writes In order.
 * @param more Batches that never became writes.
 * @returns `; not written: 12 batches of a/0, a/1, a/2; 3 notes`, or nothing.
 */
export function describeLost(writes: readonly Write[], more: number): string {
  const batches = writes.filter(
    ({ table, value, isUpkeep }) => table === 'batches' && value !== undefined && !isUpkeep,
  );
  const notes = writes.filter(({ table, value }) => table === 'notes' && value !== undefined).length;
  const count = batches.length + more;
  const lost = [
    ...(count > 0 ? [describeBatches(batches, count)] : []),
    ...(notes > 0 ? [toCount(notes, 'note')] : []),
  ];
  return lost.length === 0 ? '' : `; not written: ${lost.join('; ')}`;
}

function describeBatches(batches: readonly Write[], count: number): string {
  const agents = [...new Set(batches.map(({ key }) => key[1] ?? ''))];
  const named = agents.slice(0, NAMED_MAX).join(', ');
  const rest = agents.length > NAMED_MAX ? ` and ${agents.length - NAMED_MAX} more` : '';
  const of = agents.length === 0 ? '' : ` of ${named}${rest}`;
  return `${toCount(count, 'batch', 'es')}${of}`;
}

function toCount(count: number, what: string, plural = 's'): string {
  return `${count} ${what}${count === 1 ? '' : plural}`;
}

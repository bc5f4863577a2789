import type { Write } from './write-queue.ts';

/** Agents named in an error. */
const NAMED_MAX = 5;

/**
 * Says what is not written.
 *
 * @param writes In order.
 * @param more Batches that never became writes.
 * @returns `; not written: 12 batches of a/0, a/1, a/2`, or nothing.
 */
export function describeLost(writes: readonly Write[], more: number): string {
  const batches = writes.filter(({ table, value }) => table === 'batches' && value !== undefined);
  const count = batches.length + more;
  if (count === 0) return '';
  const agents = [...new Set(batches.map(({ key }) => key[1] ?? ''))];
  const named = agents.slice(0, NAMED_MAX).join(', ');
  const rest = agents.length > NAMED_MAX ? ` and ${agents.length - NAMED_MAX} more` : '';
  const of = agents.length === 0 ? '' : ` of ${named}${rest}`;
  return `; not written: ${count} ${count === 1 ? 'batch' : 'batches'}${of}`;
}

import type { RunRecord } from '../protocol.ts';

/**
 * Newest first; runs recorded in the same millisecond by id, so that every store lists them alike. By when they were
 * recorded: a rehearsal's own time begins in the year 2000.
 */
export function compareRuns(a: RunRecord, b: RunRecord): number {
  if (a.recordedAt !== b.recordedAt) return a.recordedAt > b.recordedAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

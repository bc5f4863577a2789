import type { Note } from '../protocol.ts';

/** Oldest first; notes of the same moment by key, by its code units, so that every store lists them alike. */
export function compareNotes(a: Note, b: Note): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

import { createHash } from 'node:crypto';
import type { Note } from '../../protocol.ts';
import { compareNotes } from '../note-order.ts';
import type { Damage } from './damage.ts';
import { decode, KEY_PROBLEM, type Lose, refuse } from './place.ts';
import { AFTER_ALL } from './reader.ts';
import type { Table } from './table.ts';

export type NoteKey = [run: string, owner: string, name: string];

/** Characters of a note's name in its key: 132 bits of a SHA-256. */
const NAME_CHARS = 22;

/**
 * Where a note is kept. Its own key can be longer than a part of a key here may be, and hold anything; with run and owner in
 * the name, an entry whose key is damaged does not pass for another one.
 */
export function toNoteKey(run: string, owner: string, key: string): NoteKey {
  const name = createHash('sha256')
    .update(JSON.stringify([run, owner, key]))
    .digest('base64url');
  return [run, owner, name.slice(0, NAME_CHARS)];
}

/**
 * Reads the notes in a directory.
 *
 * Contract: with `onDamage` what is damaged is told and left out, and all the rest is read.
 *
 * @throws {TroupeError} Every method without `onDamage`: `STORE_FAILED` naming the run and the owner, if a note is damaged.
 */
export class NoteReader {
  readonly #table: Table;
  readonly #onDamage: Lose | undefined;

  constructor(table: Table, onDamage?: (damage: Damage) => void) {
    this.#table = table;
    this.#onDamage = onDamage;
  }

  /** Oldest first. */
  notes(run: string, owner: string): Note[] {
    return this.#read([run, owner], [run, owner, AFTER_ALL], { run, agent: owner }).sort(compareNotes);
  }

  /** Of the run's notes. */
  keys(run: string): NoteKey[] {
    const keys: NoteKey[] = [];
    // One that is damaged names nothing.
    for (const { key } of this.#entries(run)) if (isNoteKey(key)) keys.push(key);
    return keys;
  }

  /** What a run's notes take, in bytes. */
  bytes(run: string): number {
    let bytes = 0;
    for (const { value } of this.#entries(run)) bytes += value.byteLength;
    return bytes;
  }

  /** Checks every note of a run, if somebody wants to know what is damaged. */
  survey(run: string): void {
    if (this.#onDamage !== undefined) this.#read([run], [run, AFTER_ALL], { run });
  }

  #entries(run: string): ReturnType<Table['getRange']> {
    return this.#table.getRange({ start: [run], end: [run, AFTER_ALL] });
  }

  #read(start: string[], end: (string | Uint8Array)[], known: Pick<Damage, 'run' | 'agent'>): Note[] {
    const lose = this.#onDamage ?? refuse;
    const notes: Note[] = [];
    for (const { key, value } of this.#table.getRange({ start, end })) {
      if (!isNoteKey(key)) {
        lose({ ...known, isNote: true, problem: KEY_PROBLEM });
        continue;
      }
      const [run, owner, name] = key;
      const place = { run, agent: owner, isNote: true } as const;
      const note = decode<Note>(value, place, lose);
      if (note === undefined) continue;
      if (toNoteKey(run, owner, note.key)[2] === name) notes.push(note);
      else lose({ ...place, problem: KEY_PROBLEM });
    }
    return notes;
  }
}

function isNoteKey(key: unknown): key is NoteKey {
  return Array.isArray(key) && key.length === 3 && key.every((part) => typeof part === 'string');
}

import { NOTES_INDEXED_CHARS } from '../../base/limits.ts';
import type { Note } from '../../protocol.ts';
import { TextIndex } from './text-index.ts';

/** Of an index, whatever is in it. */
const INDEX_CHARS = 512;

/** Finds notes by their words; what has changed since the last search is all that is indexed anew. */
class NoteIndex {
  chars = INDEX_CHARS;
  readonly #index = new TextIndex();
  /** By key. */
  readonly #ids = new Map<string, number>();
  readonly #notes = new Map<number, Note>();
  #seen: readonly Note[] = [];
  #nextId = 0;

  search(notes: readonly Note[], query: string, limit: number): Note[] {
    this.#take(notes);
    const hits = this.#index.find(query).flatMap(({ id, score }) => {
      const note = this.#notes.get(id);
      return note === undefined ? [] : [{ note, score, id }];
    });
    // Of what fits equally well, the newest first.
    hits.sort((a, b) => b.score - a.score || b.note.at - a.note.at || a.id - b.id);
    return hits.slice(0, limit).map(({ note }) => note);
  }

  #take(notes: readonly Note[]): void {
    if (notes === this.#seen) return;
    this.#seen = notes;
    for (const note of notes) {
      const id = this.#ids.get(note.key);
      const known = id === undefined ? undefined : this.#notes.get(id);
      if (known?.text === note.text && known.at === note.at && known.agent === note.agent) continue;
      if (id !== undefined && known !== undefined) this.#remove(id, known);
      this.#add(note);
    }
  }

  #add(note: Note): void {
    const id = this.#nextId++;
    this.#ids.set(note.key, id);
    this.#notes.set(id, note);
    this.#index.add(id, { title: note.key, text: note.text });
    this.chars += note.key.length + note.text.length;
  }

  #remove(id: number, note: Note): void {
    this.#notes.delete(id);
    this.#index.remove(id, { title: note.key, text: note.text });
    this.chars -= note.key.length + note.text.length;
  }
}

/** The indexes of several owners' notes; those searched longest ago give way. */
export class NoteIndexes {
  readonly #maxChars: number;
  /** By owner, the one searched last at the end. */
  readonly #indexes = new Map<string, NoteIndex>();
  #chars = 0;

  /** @param maxChars Of all notes that are indexed. */
  constructor(maxChars = NOTES_INDEXED_CHARS) {
    this.#maxChars = maxChars;
  }

  /**
   * @param notes All that the owner has; nothing is ever missing that was there before.
   * @returns Best first.
   */
  search(owner: string, notes: readonly Note[], query: string, limit: number): Note[] {
    const known = this.#indexes.get(owner);
    this.#drop(owner);
    const index = known ?? new NoteIndex();
    const found = index.search(notes, query, limit);
    this.#indexes.set(owner, index);
    this.#chars += index.chars;
    this.#giveWay();
    return found;
  }

  get size(): number {
    return this.#indexes.size;
  }

  #giveWay(): void {
    for (const owner of this.#indexes.keys()) {
      if (this.#chars <= this.#maxChars || this.#indexes.size === 1) return;
      this.#drop(owner);
    }
  }

  #drop(owner: string): void {
    this.#chars -= this.#indexes.get(owner)?.chars ?? 0;
    this.#indexes.delete(owner);
  }
}

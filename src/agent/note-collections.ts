import { TroupeError } from '../base/errors.ts';
import { NOTES_MAX, NOTES_READY_CHARS, SHARED_NOTES_MAX } from '../base/limits.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { compareNotes } from '../memory/note-order.ts';
import type { Note } from '../protocol.ts';

/** Of a collection, and of a note in it, besides the texts. */
const COLLECTION_CHARS = 512;
const NOTE_CHARS = 64;

/** The notes of one owner that are on disk. */
class Collection {
  readonly loaded: Promise<void>;
  chars = COLLECTION_CHARS;
  /** Work under way: it must not give way meanwhile. */
  users = 0;
  /** Something could not be read or written: what is on disk is not known. */
  isDoubtful = false;
  readonly #notes = new Map<string, Note>();
  /** By key, how many that were handed over are not on disk yet. */
  readonly #pending = new Map<string, number>();
  #list: readonly Note[] | undefined;

  constructor(stored: Promise<readonly Note[]>) {
    this.loaded = stored.then(
      (notes) => {
        for (const note of notes) this.#put(note);
      },
      (error) => {
        this.isDoubtful = true;
        throw error;
      },
    );
  }

  list(): readonly Note[] {
    this.#list ??= [...this.#notes.values()].sort(compareNotes);
    return this.#list;
  }

  /** Notes there are, and will be. */
  get size(): number {
    let size = this.#notes.size;
    for (const key of this.#pending.keys()) if (!this.#notes.has(key)) size++;
    return size;
  }

  knows(key: string): boolean {
    return this.#notes.has(key) || this.#pending.has(key);
  }

  /** @param isEager It is there before it is on disk. */
  async add(note: Note, write: () => Promise<void>, isEager: boolean): Promise<void> {
    const { key } = note;
    if (isEager) this.#put(note);
    this.#pending.set(key, (this.#pending.get(key) ?? 0) + 1);
    try {
      await write();
      if (!isEager) this.#put(note);
    } catch (error) {
      this.isDoubtful = true;
      throw error;
    } finally {
      const left = (this.#pending.get(key) ?? 1) - 1;
      if (left === 0) this.#pending.delete(key);
      else this.#pending.set(key, left);
    }
  }

  #put(note: Note): void {
    const old = this.#notes.get(note.key);
    this.#notes.set(note.key, note);
    this.#list = undefined;
    this.chars += sizeOf(note) - (old === undefined ? 0 : sizeOf(old));
  }
}

/** The notes in one store, read once for all who note and read, as long as there is room for them. */
export class NoteCollections {
  readonly #store: Pick<MemoryStore, 'notes'>;
  readonly #maxChars: number;
  readonly #isEager: boolean;
  /** By run and owner: those that somebody is using. */
  readonly #busy = new Map<string, Collection>();
  /** And those that nobody is using now, the one used last at the end. */
  readonly #idle = new Map<string, Collection>();
  #idleChars = 0;

  /**
   * @param options.maxChars Of the notes that are kept ready.
   * @param options.isEager A note is there at once, and not when it is on disk: in a rehearsal, whose outcome must not depend
   * on how fast that is. Default false.
   */
  constructor(
    store: Pick<MemoryStore, 'notes'>,
    { maxChars = NOTES_READY_CHARS, isEager = false }: { maxChars?: number; isEager?: boolean } = {},
  ) {
    this.#store = store;
    this.#maxChars = maxChars;
    this.#isEager = isEager;
  }

  /**
   * @param owner An agent, or the empty string for all of them.
   * @param write Hands it to the store.
   * @returns Resolves when the note is on disk; from then on `all` has it, or from now on if that is eager.
   * @throws {TroupeError} Rejects with `TOO_MANY` if there are as many as there may be; `STORE_FAILED`.
   */
  add(run: string, owner: string, note: Note, write: () => Promise<void>): Promise<void> {
    return this.#use(run, owner, async (collection) => {
      const max = owner === '' ? SHARED_NOTES_MAX : NOTES_MAX;
      if (!collection.knows(note.key) && collection.size >= max) {
        const who = owner === '' ? 'all agents together have' : `agent "${owner}" has`;
        const key = note.key.slice(0, 100);
        const state = `${who} ${max} notes, and that is the most; replace one by using its key`;
        throw new TroupeError('TOO_MANY', `Cannot remember "${key}": ${state}`);
      }
      await collection.add(note, write, this.#isEager);
    });
  }

  /** @returns Oldest first; the same list until something is noted, of the same notes until they are replaced. */
  all(run: string, owner: string): Promise<readonly Note[]> {
    return this.#use(run, owner, (collection) => collection.list());
  }

  async #use<T>(run: string, owner: string, work: (collection: Collection) => T | Promise<T>): Promise<T> {
    const name = JSON.stringify([run, owner]);
    const collection = this.#enter(name) ?? new Collection(this.#store.notes(run, owner));
    this.#busy.set(name, collection);
    collection.users++;
    try {
      await collection.loaded;
      return await work(collection);
    } finally {
      collection.users--;
      this.#leave(name, collection);
    }
  }

  #enter(name: string): Collection | undefined {
    const idle = this.#idle.get(name);
    if (idle === undefined) return this.#busy.get(name);
    this.#idle.delete(name);
    this.#idleChars -= idle.chars;
    return idle;
  }

  #leave(name: string, collection: Collection): void {
    if (this.#busy.get(name) !== collection || (collection.users > 0 && !collection.isDoubtful)) return;
    this.#busy.delete(name);
    // Whoever comes next reads it again.
    if (collection.isDoubtful) return;
    this.#idle.set(name, collection);
    this.#idleChars += collection.chars;
    for (const [oldest, { chars }] of this.#idle) {
      if (this.#idleChars <= this.#maxChars) return;
      this.#idle.delete(oldest);
      this.#idleChars -= chars;
    }
  }
}

function sizeOf({ key, text }: Note): number {
  return NOTE_CHARS + key.length + text.length;
}

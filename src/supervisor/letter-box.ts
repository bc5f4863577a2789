import type { AgentEnvironment } from '../agent/environment.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { DeadLetters, LETTERS_OWNER } from '../messaging/dead-letters.ts';
import type { DeadLetter } from '../protocol.ts';

/** The dead letters of a run, oldest first. @throws {TroupeError} Rejects with `STORE_FAILED`. */
export async function readLetters(store: MemoryStore, run: string): Promise<DeadLetter[]> {
  const notes = await store.notes(run, LETTERS_OWNER);
  return notes.map(({ text }) => JSON.parse(text) as DeadLetter);
}

/** Messages that nobody has observed: kept here to be sent again, and in memory for a later life of the run. */
export class LetterBox {
  readonly #env: Pick<AgentEnvironment, 'run' | 'store' | 'storeFailed'>;
  readonly #letters = new DeadLetters();

  /** @param before Those of earlier lives. */
  constructor(env: Pick<AgentEnvironment, 'run' | 'store' | 'storeFailed'>, before: readonly DeadLetter[]) {
    this.#env = env;
    for (const letter of before) this.#letters.add(letter);
  }

  /** Oldest first. */
  list(): readonly DeadLetter[] {
    return this.#letters.list();
  }

  add(letter: DeadLetter): void {
    const { run, store, storeFailed } = this.#env;
    const { message, at } = letter;
    const gone = this.#letters.add(letter);
    const note = { key: message.id, text: JSON.stringify(letter), agent: message.from, at };
    store.putNote(run, LETTERS_OWNER, note).catch(storeFailed);
    if (gone !== undefined) this.#forget(gone.message.id);
  }

  /** Takes one out, to be sent again. @returns Undefined: there is none. */
  take(id: string): DeadLetter | undefined {
    const letter = this.#letters.take(id);
    if (letter !== undefined) this.#forget(id);
    return letter;
  }

  #forget(id: string): void {
    const { run, store, storeFailed } = this.#env;
    store.deleteNote(run, LETTERS_OWNER, id).catch(storeFailed);
  }
}

import { SEEN_MAX, SEEN_MS } from '../base/limits.ts';

/**
 * Ids of messages that an agent has received: one that is sent again, by a call that was cut short, is the same message.
 * Remembered for at least `SEEN_MS`, or while `SEEN_MAX` others came; what is older goes all at once.
 */
export class SeenMessages implements Iterable<string> {
  #older: ReadonlySet<string> = new Set();
  #newer: Set<string>;
  /** When the newer ones began, on the run's clock. */
  #since = Number.NEGATIVE_INFINITY;

  /** @param ids Of an earlier life of the agent; oldest first. */
  constructor(ids: Iterable<string> = []) {
    this.#newer = new Set(ids);
  }

  has(id: string): boolean {
    return this.#newer.has(id) || this.#older.has(id);
  }

  /** @param at Now, on the run's clock, in milliseconds. */
  add(id: string, at: number): void {
    if (this.#newer.size >= SEEN_MAX || at - this.#since >= SEEN_MS) {
      this.#older = this.#newer;
      this.#newer = new Set();
      this.#since = at;
    }
    this.#newer.add(id);
  }

  /** Oldest first. */
  *[Symbol.iterator](): Iterator<string> {
    yield* this.#older;
    yield* this.#newer;
  }
}

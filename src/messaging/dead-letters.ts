import { DEAD_LETTERS_MAX } from '../base/limits.ts';
import type { DeadLetter, DeadReason } from '../protocol.ts';

/** Whose notes in memory they are; no agent has this address. */
export const LETTERS_OWNER = 'letters:';

/** Messages that nobody has observed, oldest first; above `max` the oldest give way, and are still counted. */
export class DeadLetters {
  readonly #max: number;
  /** By the id of the message. */
  readonly #letters = new Map<string, DeadLetter>();
  /** Goes on where it was: whatever it has given is out, and to find the first of a Map anew each time is slow. */
  readonly #oldest = this.#letters.keys();
  readonly #counts = new Map<DeadReason, number>();
  #total = 0;
  #gaveWay = 0;

  /** @param max Letters kept. Default `DEAD_LETTERS_MAX` (10,000). */
  constructor(max = DEAD_LETTERS_MAX) {
    this.#max = max;
  }

  /** Letters kept. */
  get size(): number {
    return this.#letters.size;
  }

  /** All there have ever been. */
  get total(): number {
    return this.#total;
  }

  /** Those that are not kept any more because there were too many. */
  get gaveWay(): number {
    return this.#gaveWay;
  }

  /**
   * A message that is in it already is counted again, and kept once: as what became of it last.
   *
   * @returns The one that has given way, if one had to.
   */
  add(letter: DeadLetter): DeadLetter | undefined {
    const { message, reason } = letter;
    this.#total++;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.#letters.delete(message.id);
    this.#letters.set(message.id, letter);
    if (this.#letters.size <= this.#max) return undefined;
    const oldest = this.#oldest.next().value;
    if (oldest === undefined) return undefined;
    const gone = this.#letters.get(oldest);
    this.#letters.delete(oldest);
    this.#gaveWay++;
    return gone;
  }

  /** Takes it out, to be sent again; it stays counted. */
  take(messageId: string): DeadLetter | undefined {
    const letter = this.#letters.get(messageId);
    this.#letters.delete(messageId);
    return letter;
  }

  /** Oldest first. */
  list(): readonly DeadLetter[] {
    return [...this.#letters.values()];
  }

  /** How many there have ever been, by reason, in the order in which the reasons came up. */
  counts(): Readonly<Partial<Record<DeadReason, number>>> {
    return Object.fromEntries(this.#counts);
  }
}

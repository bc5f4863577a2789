import type { RunEvent } from '../../protocol.ts';
import { toShortEvent } from '../short-event.ts';

/** A row's number: 1 for the run's first event, as `seq` of a live run. */
export type Seq = number;

/** Of JSON: some 30,000 events. */
const CHARS_MAX = 8_000_000;
/** What stays when there are too many: not one is dropped for each that comes. */
const SHARE_LEFT = 0.75;

/**
 * Events that are kept as they are, by their numbers, with long texts and lists cut as in the log. The oldest give way.
 *
 * As JSON, for the garbage collector to pass over, and so that a text that was cut does not hold on to the whole of it.
 */
export class KeptEvents {
  readonly #charsMax: number;
  /** In the order of their numbers. */
  readonly #texts = new Map<Seq, string>();
  #chars = 0;

  /** @param charsMax Characters of all of them. Default: 8 million. */
  constructor(charsMax = CHARS_MAX) {
    this.#charsMax = charsMax;
  }

  /** @param seq After those of the events before. */
  keep(seq: Seq, event: RunEvent): void {
    this.#add(seq, JSON.stringify(toShortEvent(event)));
  }

  /** Keeps what others have under a number, if they do. */
  copy(from: KeptEvents, seq: Seq, as: Seq): void {
    const text = from.#texts.get(seq);
    if (text !== undefined) this.#add(as, text);
  }

  get(seq: Seq): RunEvent | undefined {
    const text = this.#texts.get(seq);
    return text === undefined ? undefined : { ...(JSON.parse(text) as RunEvent), seq };
  }

  /** Drops those before a number. */
  dropBefore(first: Seq): void {
    for (const [seq, text] of this.#texts) {
      if (seq >= first) return;
      this.#drop(seq, text);
    }
  }

  #add(seq: Seq, text: string): void {
    this.#texts.set(seq, text);
    this.#chars += text.length;
    if (this.#chars <= this.#charsMax) return;
    for (const [oldest, its] of this.#texts) {
      if (this.#chars <= this.#charsMax * SHARE_LEFT) return;
      this.#drop(oldest, its);
    }
  }

  #drop(seq: Seq, text: string): void {
    this.#texts.delete(seq);
    this.#chars -= text.length;
  }
}

import type { Clock } from '../base/clock.ts';
import { LOOP_SLICE } from '../base/limits.ts';

interface Held {
  readonly due: number;
  readonly release: () => void;
}

/** Things held back and released in the order in which they came, with one timer, for the first of them. */
export class Lane {
  /** For the owner: settles with what was put in last. */
  last: Promise<void> = Promise.resolve();
  readonly #clock: Clock;
  readonly #emptied: () => void;
  #held: Held[] = [];
  #head = 0;
  #lastDue = 0;

  /** @param emptied Called each time nothing is left. */
  constructor(clock: Clock, emptied: () => void) {
    this.#clock = clock;
    this.#emptied = emptied;
  }

  /** Calls `release` after `delayMs`, or later, together with one before it that is held longer. */
  hold(delayMs: number, release: () => void): void {
    this.#lastDue = Math.max(this.#lastDue, this.#clock.elapsed() + delayMs);
    this.#held.push({ due: this.#lastDue, release });
    if (this.#held.length - this.#head === 1) this.#arm(this.#lastDue);
  }

  #arm(due: number): void {
    this.#clock.setTimer(due - this.#clock.elapsed(), this.#releaseDue);
  }

  /** A slice at a time, so that ten thousand due at once do not keep the event loop from everyone else. */
  readonly #releaseDue = (): void => {
    const time = this.#clock.elapsed();
    let next = this.#held[this.#head];
    for (let count = 0; next !== undefined && count < LOOP_SLICE; count++) {
      // The first is what the timer was set for, whatever rounding made of its time.
      if (count > 0 && next.due > time) break;
      this.#head++;
      next.release();
      next = this.#held[this.#head];
    }
    if (next === undefined) {
      this.#held = [];
      this.#head = 0;
      this.#emptied();
      return;
    }
    if (this.#head > 1_024 && this.#head * 2 > this.#held.length) {
      this.#held = this.#held.slice(this.#head);
      this.#head = 0;
    }
    if (next.due <= time) this.#clock.defer(this.#releaseDue);
    else this.#arm(next.due);
  };
}

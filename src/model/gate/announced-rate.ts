import type { ProviderLimit } from '../model.ts';

/** Share of one answer in the mean: what is left of a window, by what is left of its time, jumps about at its end. */
const WEIGHT = 1 / 8;
/** How many times more or less than the mean a single answer may ask for. */
const RANGE = 2;
/** Of what is left, what may have been sent since: with more, the announcement says nothing about now. */
const SENT_SINCE = 1 / 2;

/**
 * The rate at which what a provider has left is just used up when its window begins anew.
 *
 * For providers that count in fixed windows this is the limit by the window. For those that refill a bucket and call
 * `resetMs` the time until it is full, it comes to the refill, with the bucket half empty.
 */
export class AnnouncedRate {
  #mean: number | undefined;
  /** The newest announcement: the try it was for, what was left then, and when the window begins anew. */
  #attempt = 0;
  #left = 0;
  #sentBefore = 0;
  #resetAt = Number.NEGATIVE_INFINITY;
  /** The mean is good for one window more. */
  #holdsUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param of The try that was answered with it: providers count when a request comes to them, not when they answer.
   * @param sent Units sent until now. Units are requests or tokens.
   */
  hear(
    { remaining, resetMs }: ProviderLimit,
    of: { attempt: number; sentAt: number; sentBefore: number },
    sent: number,
    now: number,
  ): void {
    if (remaining === undefined || resetMs === undefined || of.attempt < this.#attempt) return;
    const resetAt = of.sentAt + resetMs;
    if (resetAt <= now || sent - of.sentBefore >= remaining * SENT_SINCE) return;
    this.#attempt = of.attempt;
    this.#left = remaining;
    this.#sentBefore = of.sentBefore;
    this.#resetAt = resetAt;
    this.#holdsUntil = resetAt + resetMs;
    const rate = this.#rate(sent, now);
    this.#mean = this.#mean === undefined ? rate : this.#mean + (bounded(rate, this.#mean) - this.#mean) * WEIGHT;
  }

  /** Units in a millisecond; infinite as long as nothing is known. */
  perMs(sent: number, now: number): number {
    if (this.#mean === undefined || now >= this.#holdsUntil) return Number.POSITIVE_INFINITY;
    return now < this.#resetAt ? bounded(this.#rate(sent, now), this.#mean) : this.#mean;
  }

  #rate(sent: number, now: number): number {
    return (this.#left - (sent - this.#sentBefore)) / (this.#resetAt - now);
  }
}

function bounded(rate: number, mean: number): number {
  return Math.min(Math.max(rate, mean / RANGE), mean * RANGE);
}

import { RATE_BURST_MS } from '../../base/limits.ts';

/**
 * Spaces what is sent, so that a rate is kept: a token bucket, told by the moment at which it has something again.
 *
 * Its capacity is `RATE_BURST_MS` of the rate and the one that is sent, so that a timer that fires late costs nothing,
 * and never a minute's worth at once: providers that promise so many a minute often count them by the second. What
 * costs more than the bucket holds is not held up for ever; those behind it wait until it has been made up for.
 */
export class Pacer {
  /** Of one unit. */
  #intervalMs = 0;
  #readyAt = Number.NEGATIVE_INFINITY;

  /** @param perMs Units in a millisecond. Default: as many as there are. */
  constructor(perMs = Number.POSITIVE_INFINITY) {
    this.#intervalMs = 1 / perMs;
  }

  /** From this moment on the next may be sent. */
  get readyAt(): number {
    return this.#readyAt;
  }

  /** What has been sent faster or slower than the new rate keeps its units, not its time. */
  setRate(perMs: number, now: number): void {
    const intervalMs = 1 / perMs;
    if (intervalMs === this.#intervalMs) return;
    if (this.#readyAt > now && this.#intervalMs > 0) {
      this.#readyAt = now + ((this.#readyAt - now) * intervalMs) / this.#intervalMs;
    }
    this.#intervalMs = intervalMs;
  }

  /** @param units What is sent now. */
  take(units: number, now: number): void {
    this.#readyAt = Math.max(this.#readyAt, now - RATE_BURST_MS) + units * this.#intervalMs;
  }

  /** @param units What has been taken without being used; less than 0: has been used without being taken. */
  giveBack(units: number): void {
    this.#readyAt -= units * this.#intervalMs;
  }
}

import { START_CONCURRENCY } from '../../base/limits.ts';
import { CubicCurve } from './cubic-curve.ts';
import type { Sent } from './sent.ts';

/** It doubles at most once in so long, however fast the answers come: what is too much is known only later. */
const DOUBLING_MS = 1_000;
/** Of the calls at once that were taken, when one more was refused. */
const KEPT = 0.95;
/** Of the places there were. */
const LEAST_KEPT = 0.5;
/** From a limit that has been found to twice as much, without a refusal. */
const SCALE_MS = 10_000;
/** Between two answers; a longer time is not one in which the limit was made use of. */
const STEP_MS = 1_000;

/** How many calls at once a provider takes, found by asking for more until it refuses. */
export class LearnedConcurrency {
  readonly #most: number;
  #value: number;
  /** Below this it grows by one for each answer, above it by the curve. */
  #slowStartTo = Number.POSITIVE_INFINITY;
  #curve: CubicCurve | undefined;
  #fullAt = Number.NEGATIVE_INFINITY;
  #answeredAt = 0;
  /** Where it doubles from, and since when. */
  #base: number;
  #baseAt = Number.NEGATIVE_INFINITY;
  /** The most that were in flight when one was taken: since the last refusal, and before it. */
  #taken = 0;
  #takenBefore = 0;

  /** @param most Whole number, 1 or more, or infinite: what has been declared. */
  constructor(most: number) {
    this.#most = most;
    this.#value = Math.min(most, START_CONCURRENCY);
    this.#base = this.#value;
  }

  get places(): number {
    return Math.max(1, Math.floor(this.#value));
  }

  get isSlowStart(): boolean {
    return this.#value < this.#slowStartTo;
  }

  /** A call has to wait for one of the places. Without that there is nothing to grow for. */
  noteFull(now: number): void {
    this.#fullAt = now;
  }

  answered({ sentAt, inFlight }: Sent, now: number): void {
    this.#taken = Math.max(this.#taken, inFlight);
    const stepMs = Math.min(now - this.#answeredAt, STEP_MS);
    this.#answeredAt = now;
    // Nobody had to wait for a place while this call was in flight.
    if (this.#fullAt < sentAt) return;
    this.#value = Math.min(this.#most, this.isSlowStart ? this.#double(now) : this.#creep(stepMs));
  }

  /**
   * @param isRate The provider was asked as fast as it is known to allow: it was not the number of calls at once.
   */
  refused({ inFlight }: Sent, isRate: boolean): void {
    // Nothing was taken since the last refusal: the provider takes nothing at all for now.
    if (isRate || this.#taken === 0) return;
    this.#slowStartTo = 0;
    const taken = Math.max(this.#taken, this.#takenBefore);
    this.#takenBefore = this.#taken;
    this.#taken = 0;
    // As many at once were taken before.
    if (inFlight <= taken) return;
    // More may have been taken than has been answered yet.
    const plateau = Math.max(1, Math.min(this.#value, Math.max(taken, this.#value * LEAST_KEPT)));
    this.#value = Math.max(1, plateau * KEPT);
    this.#curve = new CubicCurve(this.#value, plateau, SCALE_MS);
  }

  /** After an outage: a provider that has just come back is not met by everyone at once. */
  restart(): void {
    if (this.#value <= START_CONCURRENCY) return;
    this.#slowStartTo = this.#value;
    this.#curve = undefined;
    this.#value = START_CONCURRENCY;
  }

  #double(now: number): number {
    if (now - this.#baseAt >= DOUBLING_MS) {
      this.#base = this.#value;
      this.#baseAt = now;
    }
    return Math.min(this.#value + 1, this.#base * 2, this.#slowStartTo);
  }

  #creep(ms: number): number {
    this.#curve ??= new CubicCurve(this.#value, this.#value, SCALE_MS);
    this.#curve.grow(ms);
    if (this.#curve.isBeyond) this.#slowStartTo = Number.POSITIVE_INFINITY;
    return Math.max(this.#value, this.#curve.value);
  }
}

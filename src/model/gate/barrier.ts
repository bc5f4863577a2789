import {
  RETRY_AFTER_MAX_MS,
  THROTTLE_GROWTH,
  THROTTLE_MAX_MS,
  THROTTLE_MS,
  TRIP_FAILURES,
  TRIP_MAX_MS,
  TRIP_MS,
} from '../../base/limits.ts';
import type { Random } from '../../base/random.ts';

/**
 * Whether anybody may ask the provider at all: not while it is pausing after a refusal, and not while it is out.
 *
 * Tries are known by their numbers, in the order in which they began. What comes of a try that began before the barrier
 * last closed says nothing new: hundreds that were in flight together fail together.
 */
export class Barrier {
  #opensAt = Number.NEGATIVE_INFINITY;
  #last = 0;
  /** The last try before the barrier closed, and before it tripped. */
  #closedAfter = 0;
  #trippedAfter = 0;
  /** In a row. */
  #refusals = 0;
  #failures = 0;
  #trips = 0;
  #trippedAt: number | undefined;
  /** Only one may go, and the others wait for what becomes of it. */
  #needsProbe = false;
  #probe: number | undefined;

  /** Calls may go from this moment on; infinite while the outcome of a probe is awaited. */
  get opensAt(): number {
    return this.#probe === undefined ? this.#opensAt : Number.POSITIVE_INFINITY;
  }

  /** Milliseconds until calls may go, 0 if they may. A probe under way does not count. */
  closedMs(now: number): number {
    return Math.max(0, this.#opensAt - now);
  }

  get isTripped(): boolean {
    return this.#trippedAt !== undefined;
  }

  began(attempt: number): void {
    this.#last = attempt;
    if (this.#needsProbe) this.#probe = attempt;
  }

  /**
   * The provider did what it does when all is well, or refused the call for a reason of the call's own.
   *
   * @returns Milliseconds that an outage has lasted which is over by this.
   */
  answered(attempt: number, now: number): number | undefined {
    if (attempt <= this.#closedAfter) return undefined;
    this.#refusals = 0;
    return this.#isThere(now);
  }

  /** It has no capacity for the call, which means that it is there. */
  refused(
    attempt: number,
    how: { retryAfterMs: number | undefined; mayTrust: boolean; random: Random; now: number },
  ): number | undefined {
    const { retryAfterMs, mayTrust, random, now } = how;
    const isNews = attempt > this.#closedAfter;
    const downMs = isNews ? this.#isThere(now) : undefined;
    const saysWhen = retryAfterMs !== undefined && retryAfterMs > 0;
    if (saysWhen) this.pause(Math.min(retryAfterMs, RETRY_AFTER_MAX_MS), now);
    if (!isNews) return downMs;
    // Who has waited as told and is refused again was told wrong.
    if (!saysWhen || this.#refusals > 0) {
      const ms = Math.min(THROTTLE_MAX_MS, THROTTLE_MS * THROTTLE_GROWTH ** this.#refusals);
      this.pause(ms * (0.5 + random.next() / 2), now);
    }
    this.#needsProbe = this.#refusals > 0 || !(mayTrust || saysWhen);
    this.#refusals++;
    this.#closedAfter = this.#last;
    return downMs;
  }

  /**
   * It was not there, or failed at its work.
   *
   * @returns `isShared`: the try was in flight when an outage was noticed, and its failure is everybody's. `trippedMs`:
   * by this it has been noticed, or goes on, and nobody asks for so long.
   */
  failed(attempt: number, now: number): { isShared: boolean; trippedMs?: number } {
    if (attempt <= this.#trippedAfter) return { isShared: true };
    const isProbe = this.#probe === attempt;
    if (isProbe) this.#probe = undefined;
    this.#failures++;
    if (this.#trippedAt === undefined && this.#failures < TRIP_FAILURES) return { isShared: false };
    const trippedMs = Math.min(TRIP_MAX_MS, TRIP_MS * 2 ** this.#trips);
    const isShared = this.#trippedAt === undefined;
    this.#trips++;
    this.#trippedAt ??= now;
    this.#trippedAfter = this.#last;
    this.#closedAfter = this.#last;
    this.#needsProbe = true;
    this.#probe = undefined;
    this.pause(trippedMs, now);
    return { isShared, trippedMs };
  }

  /** The try was given up from outside: another one takes its part. */
  aborted(attempt: number): void {
    if (this.#probe === attempt) this.#probe = undefined;
  }

  /** Nobody asks for so long. */
  pause(ms: number, now: number): void {
    this.#opensAt = Math.max(this.#opensAt, now + ms);
  }

  #isThere(now: number): number | undefined {
    this.#failures = 0;
    this.#needsProbe = false;
    this.#probe = undefined;
    if (this.#trippedAt === undefined) return undefined;
    const downMs = now - this.#trippedAt;
    this.#trippedAt = undefined;
    this.#trips = 0;
    return downMs;
  }
}

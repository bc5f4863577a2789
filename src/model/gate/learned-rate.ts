import { CubicCurve } from './cubic-curve.ts';
import { SendMeter } from './send-meter.ts';

/** Of a rate that was measured, of one that was too high after a short while, and of one that was still growing fast. */
const KEPT = 0.95;
const SHORT_KEPT = 0.9;
const SEARCHED_KEPT = 0.8;
/** Of one that was so much too high that many were refused before the gate heard of it. */
const COSTLY_KEPT = 0.5;
const COSTLY_SHARE = 0.03;
const COSTLY_MIN = 8;
/** A rate somewhat above one that was good for long: that one still holds. */
const NEAR = 1.1;
/** From a limit that has been found to twice as much, without a refusal. */
const SCALE_MS = 50_000;
/** A rate of which only the lower bound is known doubles in so long, and not before refusals have had time to arrive. */
const DOUBLING_MS = 2_000;
const DOUBLING_REFUSALS = 4;
/** Between two requests of which the second had to wait for the rate; the rest of a longer time was something else. */
const LATE_MS = 1_000;
/** After so long without a request, what was before says nothing about now. */
const IDLE_MS = 5_000;

/** What is sent between two pauses. */
interface Flow {
  /** The number of its first request. */
  readonly first: number;
  /** The refusal that ended the flow before, or the first request. */
  readonly since: number;
  readonly meter: SendMeter;
  taken: number;
  refused: number;
}

/**
 * How many requests a provider takes in a time, found from what it refuses.
 *
 * Before the first refusal nothing is known. What the flow up to it got through, by the time it and the pauses around it
 * took, is a lower bound, right for whoever fills a bucket or counts in long windows; from there the rate doubles until
 * it is refused again. From then on the rate that failed is the upper bound, and the next one is a little below it, or a
 * little below the last one that was good for a while; it grows by a cubic curve, flat where the limit was found.
 */
export class LearnedRate {
  /** In a millisecond: while it is searched for, and when it has been found. */
  #searched: number | undefined;
  #curve: CubicCurve | undefined;
  /** The last rate that was taken for a good while, right up to a refusal. */
  #good: number | undefined;
  #flow: Flow | undefined;
  /** The last flow that got something through. */
  #measured: { readonly taken: number; readonly since: number } | undefined;
  /** When the flow under way was first refused something. */
  #refusedAt: number | undefined;
  #isHeld = false;
  #sentAt = 0;

  /** In a millisecond; undefined before the first refusal. */
  get perMs(): number | undefined {
    return this.#curve?.value ?? this.#searched;
  }

  /** Requests have been taken for a good while: one that is refused now does not mean much. */
  isSteady(now: number): boolean {
    return this.#flow?.meter.recent(now) !== undefined;
  }

  /** A call has to wait for its turn by this rate. Without that there is nothing to grow for. */
  noteHeld(): void {
    this.#isHeld = true;
  }

  /**
   * @param attempt Its number among all tries, 1-based and growing.
   * @param refusalMs How long it takes to hear of a refusal.
   */
  send(attempt: number, now: number, refusalMs: number): void {
    if (this.#flow === undefined) {
      this.#flow = begin(attempt, now, now);
    } else if (this.#refusedAt !== undefined) {
      this.#learn(this.#flow, this.#refusedAt, now);
      this.#flow = begin(attempt, now, this.#refusedAt);
      this.#refusedAt = undefined;
    } else if (this.#isHeld) {
      this.#grow(now - this.#sentAt, refusalMs);
    } else if (now - this.#sentAt > IDLE_MS) {
      this.#flow = begin(attempt, now, now);
    }
    this.#isHeld = false;
    this.#sentAt = now;
    this.#flow.taken++;
    this.#flow.meter.add(now);
  }

  /**
   * @returns Whether it was the rate that was too much, as far as can be told: requests were sent as fast as it allows.
   * Undefined if this is no news: of calls that were in flight together, the first refusal says it all.
   */
  refused(attempt: number, now: number): boolean | undefined {
    const flow = this.#flow;
    if (flow === undefined || attempt < flow.first) return undefined;
    flow.taken--;
    flow.refused++;
    flow.meter.takeBack();
    if (this.#refusedAt !== undefined) return undefined;
    this.#refusedAt = now;
    return this.perMs !== undefined && flow.meter.latest >= this.perMs * SHORT_KEPT;
  }

  #grow(ms: number, refusalMs: number): void {
    const rate = this.perMs;
    if (rate === undefined) return;
    const heldMs = Math.min(ms, Math.max(LATE_MS, 2 / rate));
    if (this.#curve === undefined) {
      this.#searched = rate * 2 ** (heldMs / Math.max(DOUBLING_MS, refusalMs * DOUBLING_REFUSALS));
      return;
    }
    this.#curve.grow(heldMs);
    if (!this.#curve.isBeyond) return;
    this.#searched = this.#curve.value;
    this.#curve = undefined;
  }

  #learn({ taken, refused, since, meter }: Flow, refusedAt: number, now: number): void {
    if (taken > 0) this.#measured = { taken, since };
    // Nothing got through: the pause was too short, which says nothing about a rate that has been found.
    if (this.#measured === undefined || (taken <= 0 && this.#curve !== undefined)) return;
    const mean = this.#measured.taken / Math.max(1, now - this.#measured.since);
    const recent = meter.recent(refusedAt) ?? 0;
    const allowed = this.perMs;
    if (allowed === undefined || taken <= 0) {
      this.#searched = Math.max(mean, recent) * KEPT;
      return;
    }
    // What was really sent may be less than what was allowed.
    const failed = Math.min(allowed, meter.latest);
    const short = this.#curve === undefined ? SEARCHED_KEPT : SHORT_KEPT;
    const isCostly = refused >= COSTLY_MIN && refused > (taken + refused) * COSTLY_SHARE;
    if (recent > failed * SHORT_KEPT) this.#good = Math.min(recent, failed);
    else if (this.#good !== undefined && (failed <= this.#good || failed > this.#good * NEAR)) this.#good = undefined;
    this.#searched = undefined;
    if (this.#good !== undefined && !isCostly) {
      this.#curve = new CubicCurve(this.#good * KEPT, this.#good, SCALE_MS);
      return;
    }
    const from = Math.max(Math.min(mean, failed) * KEPT, failed * (isCostly ? COSTLY_KEPT : short));
    this.#curve = new CubicCurve(from, (from + failed) / 2, SCALE_MS);
  }
}

function begin(first: number, now: number, since: number): Flow {
  return { first, since, meter: new SendMeter(now), taken: 0, refused: 0 };
}

import { MODEL_RETRIES, MODEL_TIMEOUT_MS } from '../base/limits.ts';
import type { ModelTerms } from '../protocol.ts';
import { GatedCall, type GateParts } from './gate/gated-call.ts';
import { Turnstile } from './gate/turnstile.ts';
import { WaitHistogram } from './gate/wait-histogram.ts';
import type { Model } from './model.ts';

/** A model behind its gate, with what is going on there. */
export interface Gate extends Model {
  /** Calls the model is working on. */
  readonly inFlight: number;
  /** Calls waiting for a place, or for their next try. */
  readonly waiting: number;
  stats(): GateStats;
}

/** What has gone on at a gate since the run began, and how it stands now. */
export interface GateStats {
  readonly calls: number;
  /** Requests to the model: one for each call, and one more for each that was made again. */
  readonly tries: number;
  /** Tries that failed and were made again, but for those refused. */
  readonly retries: number;
  /** Tries refused for want of capacity. */
  readonly throttled: number;
  /** Times an outage was noticed or found to go on. */
  readonly trips: number;
  /** What calls that are over have waited outside of the model; the percentiles to 10 %. */
  readonly waitMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Calls there may be at once. Absent: no limit. */
  readonly concurrency?: number;
  /** Requests a minute that the provider takes. Absent: it has not refused any. */
  readonly learnedRpm?: number;
  /** `paused`: the provider has said that it has no capacity. `tripped`: it is out. */
  readonly state: 'open' | 'paused' | 'tripped';
  /** Milliseconds on the run's clock at which calls may go again. Absent: they may now. */
  readonly until?: number;
}

export interface GateOptions extends ModelTerms {
  /** Learns from the model's answers how many calls at once and how many a minute it takes. Default: false. */
  readonly adaptive?: boolean;
}

/**
 * Puts a gate before a model, one for all who ask it: it decides when calls are made, makes them again when that may
 * help, and answers with a decision of the right shape or an error of ours.
 *
 * Contract: `decide` never throws, and rejects with a `TroupeError` or the abort's reason: `MODEL_TIMEOUT`, what the
 * model rejected with if that has a code, `MODEL_FAILED` for whatever else it threw, rejected with or answered wrongly. A
 * call that is aborted rejects at once and gives its place back, even if the model never settles; so does a try that is
 * late. What the model does later is ignored. It leaves no timer behind. Time and chance are the calls' own.
 *
 * Order: users (`context.user`) that have calls waiting take turns, a call each; those of one user go in the order in which
 * they came. A call without a user takes turns for itself, so that without users all go in the order in which they came. A
 * call that has to be made again has its old place in that order, which is before all who came later; only if its user has
 * had turns since, it waits for the next of these. Nobody is passed over for asking much, or for having few calls.
 *
 * Rates: requests are spaced evenly, in bursts of no more than `RATE_BURST_MS`. For tokens so much is reserved as calls
 * are expected to use, and settled when it is known.
 *
 * A refusal for want of capacity (`throttled`) holds up everyone, for as long as the provider says or for growing pauses.
 * It does not count as a retry: the call waits for as long as it is let.
 *
 * A failure that may pass (`retryable`, or a try that is late) is tried again `retries` times, after a random part of a
 * delay that doubles. With `TRIP_FAILURES` of them in a row and no answer between, the model is out: nobody asks for
 * `TRIP_MS`, then the oldest call alone. When that is answered the others follow; when it fails too, the time doubles.
 * Calls that were in flight when the model went out lose no retry by failing, since their failures are one and the same.
 * The call that tries alone does, and the few whose failures showed the outage: so a call with 3 retries outlives at
 * least 35 s of it as the oldest (tries after 5, 10 and 20 s), and any time it is let wait for as one of the others.
 *
 * A model that is `adaptive` is asked by few at once to begin with, and by more as it answers. When it refuses, its rate
 * is taken from what it has let through, and grows again slowly.
 *
 * @throws {RangeError} If one of the terms is not a number of its kind.
 */
export function createGate(model: Model, options: GateOptions = {}): Gate {
  const { timeoutMs = MODEL_TIMEOUT_MS, adaptive = false, retries = adaptive ? MODEL_RETRIES : 0, price } = options;
  check(options);
  const turnstile = new Turnstile(model.name, options);
  const waits = new WaitHistogram();
  const counts = { retries: 0 };
  const parts: GateParts = {
    model,
    turnstile,
    timeoutMs,
    retries,
    isPatient: adaptive || retries > 0,
    isAdaptive: adaptive,
    price,
    waits,
    counts,
  };
  return {
    name: model.name,
    decide: (request, context) =>
      new Promise((resolve, reject) => new GatedCall(parts, request, context, resolve, reject).start()),
    close: async () => model.close?.(),
    get inFlight() {
      return turnstile.inFlight;
    },
    get waiting() {
      return turnstile.waiting;
    },
    stats() {
      const { calls, tries, throttled, trips, places, learnedRpm, state } = turnstile;
      const waitMs = { p50: waits.quantile(0.5), p99: waits.quantile(0.99), max: waits.max };
      return {
        calls,
        tries,
        retries: counts.retries,
        throttled,
        trips,
        waitMs,
        ...(Number.isFinite(places) && { concurrency: places }),
        ...(learnedRpm !== undefined && { learnedRpm }),
        ...state,
      };
    },
  };
}

function check({ concurrency = 1, rpm = 1, tpm = 1, retries = 0 }: GateOptions): void {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`Cannot create a gate of ${concurrency} places: it must be a whole number of 1 or more`);
  }
  for (const [name, rate] of Object.entries({ rpm, tpm })) {
    if (!(rate > 0)) throw new RangeError(`Cannot create a gate of ${rate} ${name}: it must be more than 0`);
  }
  if (!(retries >= 0)) throw new RangeError(`Cannot create a gate of ${retries} retries: it must be 0 or more`);
}

import type { Clock, Timer } from '../../base/clock.ts';
import { TroupeError, toErrorInfo } from '../../base/errors.ts';
import { RETRY_AFTER_MAX_MS, THROTTLE_TOLD_MS, UNREACHABLE_TRIPS } from '../../base/limits.ts';
import type { ModelRequest, ModelTerms, Usage } from '../../protocol.ts';
import type { ModelContext, ProviderLimits } from '../model.ts';
import type { ModelCallError } from '../model-call-error.ts';
import { Barrier } from './barrier.ts';
import { FairQueue, type UserArrival } from './fair-queue.ts';
import { Pacing } from './pacing.ts';
import type { Sent } from './sent.ts';

/** The clock's sums are rounded: a moment that is missed by less than this is there. */
const ROUNDING_MS = 1e-6;

/** A call at the turnstile. */
export interface Entrant extends UserArrival {
  readonly request: ModelRequest;
  readonly context: ModelContext;
  /** Its turn has come. It has to say what becomes of it, once, by `answered`, `refused`, `failed` or `aborted`. */
  enter(sent: Sent): void;
  /** The model is not to be had. */
  giveUp(error: TroupeError): void;
}

/** Lets calls go one after the other, of users in turn, when there is a place, when the rate allows it, and while the provider is there. */
export class Turnstile {
  inFlight = 0;
  waiting = 0;
  calls = 0;
  tries = 0;
  throttled = 0;
  trips = 0;
  readonly #model: string;
  readonly #pacing: Pacing;
  readonly #barrier = new Barrier();
  readonly #queue = new FairQueue<Entrant>();
  #clock: Clock | undefined;
  #timer: Timer | undefined;
  #isLettingIn = false;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** The provider was there once. */
  #wasThere = false;
  #lost: TroupeError | undefined;

  constructor(model: string, terms: ModelTerms & { adaptive?: boolean | undefined }) {
    this.#model = model;
    this.#pacing = new Pacing(terms);
  }

  /** The next call's place in the order of arrival. */
  nextArrival(): number {
    this.calls++;
    return this.#queue.nextTicket();
  }

  /** Users that are remembered: those with calls here. */
  get users(): number {
    return this.#queue.users;
  }

  get places(): number {
    return this.#pacing.places;
  }

  get learnedRpm(): number | undefined {
    return this.#pacing.learnedRpm(this.#clock?.elapsed() ?? 0);
  }

  /** Whether calls may go, and if not, from when on. */
  get state(): { state: 'open' | 'paused' | 'tripped'; until?: number } {
    const now = this.#clock?.elapsed() ?? 0;
    const closedMs = this.#barrier.closedMs(now);
    if (!this.#barrier.isTripped && closedMs === 0) return { state: 'open' };
    return { state: this.#barrier.isTripped ? 'tripped' : 'paused', until: now + closedMs };
  }

  arrive(entrant: Entrant): void {
    this.waiting++;
    this.#queue.meet(entrant);
    this.#join(entrant, () => this.#queue.add(entrant));
  }

  /** A call that was refused or has failed waits for its place again: see `FairQueue`. */
  comeBack(entrant: Entrant): void {
    this.#join(entrant, () => this.#queue.putBack(entrant));
  }

  #join(entrant: Entrant, queue: () => void): void {
    const lost = this.#lost && this.lost(entrant.context.clock.elapsed());
    if (lost !== undefined) {
      entrant.giveUp(lost);
      return;
    }
    queue();
    this.next();
  }

  /** Why nobody should wait: the model has not answered once. Undefined: it has, or somebody may try again. */
  lost(now: number): TroupeError | undefined {
    return this.#barrier.closedMs(now) > 0 ? this.#lost : undefined;
  }

  /** A call waits no longer. */
  leave(entrant: Entrant, isQueued: boolean): void {
    this.waiting--;
    if (isQueued) this.#queue.noteGone(entrant);
    this.#queue.part(entrant);
  }

  /** There was an answer, be it a failure that says nothing about the provider. */
  answered(entrant: Entrant, sent: Sent, usage: Usage | undefined): void {
    const { request, context } = entrant;
    this.inFlight--;
    this.#queue.part(entrant);
    const now = context.clock.elapsed();
    this.#found();
    this.#pacing.answered(sent, request, usage, now);
    this.#restored(context, this.#barrier.answered(sent.attempt, now));
  }

  /** The provider had no capacity for it. The call waits from now on. */
  refused({ context }: Entrant, sent: Sent, error: ModelCallError): void {
    const now = context.clock.elapsed();
    this.throttled++;
    this.#found();
    const mayTrust = this.#pacing.isSteady(now);
    this.#pacing.refused(sent, now);
    this.inFlight--;
    const retryAfterMs = error.retryAfterMs ?? (error.limits && waitOf(error.limits));
    this.#restored(
      context,
      this.#barrier.refused(sent.attempt, { retryAfterMs, mayTrust, random: context.random, now }),
    );
    if (now - this.#toldAt < THROTTLE_TOLD_MS) return;
    this.#toldAt = now;
    context.tell({
      type: 'model.throttled',
      model: this.#model,
      retryInMs: this.#barrier.closedMs(now),
      concurrency: Math.min(this.places, this.inFlight + this.waiting),
      queued: this.waiting,
      error: toErrorInfo(error),
    });
  }

  /**
   * The provider was not there, or failed.
   *
   * @returns The failure is that of an outage in which others in flight fail too; and milliseconds until calls may go.
   */
  failed({ context }: Entrant, sent: Sent, error: Error): { isShared: boolean; closedMs: number } {
    this.inFlight--;
    const now = context.clock.elapsed();
    const { isShared, trippedMs } = this.#barrier.failed(sent.attempt, now);
    if (trippedMs !== undefined) {
      this.trips++;
      this.#pacing.restart();
      context.tell({
        type: 'model.tripped',
        model: this.#model,
        retryInMs: trippedMs,
        queued: this.waiting,
        error: toErrorInfo(error),
      });
      if (!this.#wasThere && this.trips >= UNREACHABLE_TRIPS) this.#lose(error);
    }
    return { isShared, closedMs: this.#barrier.closedMs(now) };
  }

  /** An outage that was there from the start is no outage: nobody is let to wait for its end. */
  #lose(error: Error): void {
    const problem = `Cannot reach model "${this.#model}", which has not answered once: ${toErrorInfo(error).message}`;
    this.#lost = new TroupeError('MODEL_UNAVAILABLE', problem);
    for (let first = this.#queue.peek(); first !== undefined; first = this.#queue.peek()) {
      this.#queue.take();
      first.giveUp(this.#lost);
    }
  }

  #found(): void {
    this.#wasThere = true;
    this.#lost = undefined;
  }

  /** The call was given up while the model worked on it. */
  aborted(entrant: Entrant, sent: Sent): void {
    this.inFlight--;
    this.#queue.part(entrant);
    this.#barrier.aborted(sent.attempt);
  }

  hear(limits: ProviderLimits, sent: Sent, { clock }: ModelContext): void {
    const now = clock.elapsed();
    this.#pacing.hear(limits, sent, now);
    // The provider counted when the call came to it.
    const ms = sent.sentAt + (waitOf(limits) ?? 0) - now;
    if (ms > 0) this.#barrier.pause(Math.min(ms, RETRY_AFTER_MAX_MS), now);
  }

  /** Lets in who may go now. To be called when something has changed that may let somebody go. */
  next(): void {
    // Who enters may leave at once: thousands of aborted calls in a row must not become thousands of stack frames.
    if (this.#isLettingIn) return;
    this.#isLettingIn = true;
    let at = Number.POSITIVE_INFINITY;
    for (let first = this.#queue.peek(); first !== undefined; first = this.#queue.peek()) {
      this.#clock = first.context.clock;
      const now = this.#clock.elapsed();
      at = this.#mayGoAt(now);
      if (at > now) break;
      at = Number.POSITIVE_INFINITY;
      this.#queue.take();
      this.#letIn(first, now);
    }
    this.#wakeAt(at);
    this.#isLettingIn = false;
  }

  #letIn(entrant: Entrant, now: number): void {
    this.waiting--;
    this.inFlight++;
    const attempt = ++this.tries;
    this.#barrier.began(attempt);
    entrant.enter(this.#pacing.send(entrant.request, attempt, this.inFlight, now));
  }

  /** @returns `now` if the next may go; a moment at which it may; infinite if something has to happen first. */
  #mayGoAt(now: number): number {
    const { opensAt } = this.#barrier;
    if (opensAt > now + ROUNDING_MS) return opensAt;
    if (this.inFlight >= this.#pacing.places) {
      this.#pacing.noteFull(now);
      return Number.POSITIVE_INFINITY;
    }
    const readyAt = this.#pacing.readyAt(now);
    return readyAt > now + ROUNDING_MS ? readyAt : now;
  }

  /** @param at Infinite: something else will have to happen. */
  #wakeAt(at: number): void {
    // One that fires too early does no harm, and most are set again and again for the same moment.
    if (this.#timer !== undefined && this.#timer.due <= at && at < Number.POSITIVE_INFINITY) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    const clock = this.#clock;
    if (clock === undefined || at === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.setTimer(at - clock.elapsed(), () => {
      this.#timer = undefined;
      this.next();
    });
  }

  #restored(context: ModelContext, downMs: number | undefined): void {
    if (downMs !== undefined) context.tell({ type: 'model.restored', model: this.#model, downMs });
  }
}

/** Milliseconds until there is something left again of what is used up. */
function waitOf({ requests, tokens }: ProviderLimits): number | undefined {
  let ms: number | undefined;
  for (const limit of [requests, tokens]) {
    if (limit?.remaining !== undefined && limit.remaining <= 0 && limit.resetMs !== undefined) {
      ms = Math.max(ms ?? 0, limit.resetMs);
    }
  }
  return ms;
}

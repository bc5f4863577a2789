import type { Timer } from '../../base/clock.ts';
import { TroupeError, toErrorInfo } from '../../base/errors.ts';
import { MODEL_RETRY_MAX_MS, MODEL_RETRY_MS, RETRY_AFTER_MAX_MS } from '../../base/limits.ts';
import type { Decision, ModelRequest, Price } from '../../protocol.ts';
import { completeDecision } from '../complete-decision.ts';
import type { Model, ModelContext, ProviderLimits } from '../model.ts';
import { ModelCallError } from '../model-call-error.ts';
import { costOf } from './cost-of.ts';
import type { Sent } from './sent.ts';
import { TryContext } from './try-context.ts';
import type { Entrant, Turnstile } from './turnstile.ts';
import type { WaitHistogram } from './wait-histogram.ts';

/** What the calls of one gate share. */
export interface GateParts {
  readonly model: Model;
  readonly turnstile: Turnstile;
  readonly timeoutMs: number;
  readonly retries: number;
  /** A call may be made more than once, and each try needs a deadline of its own. */
  readonly isPatient: boolean;
  /** The provider's limits are learned. */
  readonly isAdaptive: boolean;
  readonly price: Price | undefined;
  readonly waits: WaitHistogram;
  readonly counts: { retries: number };
}

/** One call on its way: waiting, then in flight, perhaps waiting again, then over; over at once if it is aborted. */
export class GatedCall implements Entrant {
  readonly request: ModelRequest;
  readonly context: ModelContext;
  readonly arrival: number;
  readonly user: string | undefined;
  readonly #gate: GateParts;
  readonly #resolve: (decision: Decision) => void;
  readonly #reject: (reason: Error) => void;
  #state: 'new' | 'queued' | 'backing-off' | 'in-flight' | 'over' = 'new';
  #waitingSince: number;
  #waitedMs = 0;
  #tries = 0;
  /** Tries that count as such. */
  #retries = 0;
  /** The try in flight: what comes from another one is ignored. */
  #sent: Sent | undefined;
  #tryContext: ModelContext | undefined;
  /** The deadline of the try in flight, or the end of the back-off. */
  #timer: Timer | undefined;

  constructor(
    gate: GateParts,
    request: ModelRequest,
    context: ModelContext,
    resolve: (decision: Decision) => void,
    reject: (reason: Error) => void,
  ) {
    this.#gate = gate;
    this.request = request;
    this.context = context;
    this.user = context.user;
    this.#resolve = resolve;
    this.#reject = reject;
    this.arrival = gate.turnstile.nextArrival();
    this.#waitingSince = context.clock.elapsed();
  }

  get isGone(): boolean {
    return this.#state === 'over';
  }

  start(): void {
    this.context.onAbort((reason) => this.#abort(reason));
    if (this.isGone) return;
    this.#state = 'queued';
    this.#gate.turnstile.arrive(this);
  }

  enter(sent: Sent): void {
    const { model, timeoutMs, isPatient, isAdaptive } = this.#gate;
    this.#waitedMs += sent.sentAt - this.#waitingSince;
    this.#state = 'in-flight';
    this.#tries++;
    this.#sent = sent;
    // A deadline ends the try alone, if there may be another one.
    const isOwn = isPatient || this.#tries > 1;
    const context = isOwn ? new TryContext(this.context, this.#tries) : this.context;
    if (isOwn) context.onAbort((reason) => this.#failed(reason, sent));
    this.#tryContext = context;
    this.#timer = context.clock.setTimer(timeoutMs, () => this.#expire());
    const onLimits = isAdaptive ? (limits: ProviderLimits) => this.#hear(limits, sent) : undefined;
    try {
      Promise.resolve(model.decide(this.request, context, onLimits)).then(
        (answer) => this.#answered(answer, sent),
        (reason) => this.#failed(reason, sent),
      );
    } catch (thrown) {
      this.#failed(thrown, sent);
    }
  }

  /** Through the context, so that whatever the model has started hears of it too. */
  #expire(): void {
    const { model, timeoutMs } = this.#gate;
    this.#tryContext?.abort(
      new TroupeError('MODEL_TIMEOUT', `Cannot wait longer for model "${model.name}": no answer in ${timeoutMs} ms`),
    );
  }

  #hear(limits: ProviderLimits, sent: Sent): void {
    if (this.#sent === sent) this.#gate.turnstile.hear(limits, sent, this.context);
  }

  #answered(answer: unknown, sent: Sent): void {
    if (this.#sent !== sent) return;
    const { model, turnstile, price } = this.#gate;
    try {
      const measuredMs = this.context.clock.elapsed() - sent.sentAt;
      const decision = completeDecision(answer, { model: model.name, turn: this.request.turn, measuredMs });
      const { usage } = decision;
      this.#end();
      this.#resolve(
        price === undefined ? decision : { ...decision, usage: { ...usage, costUsd: costOf(usage, price) } },
      );
      turnstile.answered(this, sent, usage);
      turnstile.next();
    } catch (thrown) {
      this.#failed(thrown, sent);
    }
  }

  #failed(reason: unknown, sent: Sent): void {
    if (this.#sent !== sent) return;
    const { turnstile, model, isPatient } = this.#gate;
    const failure = toCallError(reason);
    const error = toModelError(model.name, reason);
    if (failure?.throttled) {
      this.#wait();
      turnstile.refused(this, sent, failure);
      this.#comeBack();
    } else if (isPatient && (failure?.retryable || error.code === 'MODEL_TIMEOUT')) {
      this.#retry(error, failure?.retryAfterMs ?? 0, sent);
    } else {
      this.#end();
      this.#reject(error);
      turnstile.answered(this, sent, undefined);
      turnstile.next();
    }
  }

  /** Makes the call again after a while, if it may be. */
  #retry(error: TroupeError, retryAfterMs: number, sent: Sent): void {
    const { turnstile, model, retries, counts } = this.#gate;
    const { context } = this;
    this.#wait();
    const { isShared, closedMs } = turnstile.failed(this, sent, error);
    // Who watches may have ended the call.
    if (this.isGone) return;
    const isFree = isShared && retries > 0;
    const lost = turnstile.lost(context.clock.elapsed());
    if (lost !== undefined || (!isFree && this.#retries >= retries)) {
      this.giveUp(lost ?? error);
      turnstile.next();
      return;
    }
    const backOffMs = Math.min(MODEL_RETRY_MAX_MS, MODEL_RETRY_MS * 2 ** this.#retries) * context.random.next();
    const delayMs = Math.max(backOffMs, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
    if (!isFree) this.#retries++;
    counts.retries++;
    this.#timer = context.clock.setTimer(delayMs, () => this.#comeBack());
    context.tell({
      type: 'model.retried',
      agent: context.agent,
      turn: context.turn,
      model: model.name,
      error: toErrorInfo(error),
      tries: this.#tries,
      retryInMs: Math.max(delayMs, closedMs),
    });
    turnstile.next();
  }

  #comeBack(): void {
    const { turnstile } = this.#gate;
    // Who watches may have ended the call.
    if (this.isGone) {
      turnstile.next();
      return;
    }
    this.#state = 'queued';
    turnstile.comeBack(this);
  }

  giveUp(error: TroupeError): void {
    if (this.isGone) return;
    this.#end();
    this.#reject(error);
    this.#gate.turnstile.leave(this, false);
  }

  #abort(reason: Error): void {
    const { turnstile } = this.#gate;
    const [state, sent, tryContext] = [this.#state, this.#sent, this.#tryContext];
    if (state === 'over') return;
    this.#end();
    this.#reject(reason);
    if (state === 'new') return;
    if (sent === undefined) turnstile.leave(this, state === 'queued');
    else turnstile.aborted(this, sent);
    if (tryContext !== this.context) tryContext?.abort(reason);
    turnstile.next();
  }

  /** The try is over, the call is not. */
  #wait(): void {
    const tryContext = this.#tryContext;
    this.#settle();
    this.#state = 'backing-off';
    this.#waitingSince = this.context.clock.elapsed();
    this.#gate.turnstile.waiting++;
    // What is left of the try works for nobody.
    if (tryContext !== this.context) tryContext?.abort();
  }

  #end(): void {
    if (this.#state !== 'in-flight') this.#waitedMs += this.context.clock.elapsed() - this.#waitingSince;
    this.#settle();
    this.#state = 'over';
    this.#gate.waits.add(this.#waitedMs);
  }

  #settle(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#sent = undefined;
    this.#tryContext = undefined;
  }
}

function toCallError(reason: unknown): ModelCallError | undefined {
  try {
    return reason instanceof ModelCallError ? reason : undefined;
  } catch {
    // Even asking a hostile value for its class can throw.
    return undefined;
  }
}

/** By `toErrorInfo`, which may be shown anything. */
function toModelError(model: string, reason: unknown): TroupeError {
  const { code, message } = toErrorInfo(reason);
  if (code !== 'ERROR') return reason as TroupeError;
  return new TroupeError('MODEL_FAILED', `Cannot decide with model "${model}": ${message}`, { cause: reason });
}

import type { CallContext } from '../base/call-context.ts';
import type { Timer } from '../base/clock.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { MODEL_TIMEOUT_MS } from '../base/limits.ts';
import { createSemaphore } from '../base/semaphore.ts';
import type { Decision, ModelRequest } from '../protocol.ts';
import { completeDecision } from './complete-decision.ts';
import type { Model } from './model.ts';

/** A model behind its gate, with what is going on there. */
export interface Gate extends Model {
  /** Calls the model is working on. */
  readonly inFlight: number;
  /** Calls waiting for a place. */
  readonly waiting: number;
}

/**
 * Puts a gate before a model: so many calls at once, a deadline, and an answer of the right shape or an error of ours.
 *
 * Contract: `decide` never throws, and rejects with a `TroupeError` or the abort's reason: `MODEL_TIMEOUT`,
 * `MODEL_FAILED` for whatever the model threw, rejected with or answered wrongly. A call that is aborted or late
 * rejects at once and gives its place back, even if the model never settles; what the model does later is ignored.
 * Places are given in the order in which calls came.
 *
 * @param options.concurrency Whole number, 1 or more. Default: unlimited.
 * @param options.timeoutMs Milliseconds from the moment the call has its place. Default `MODEL_TIMEOUT_MS` (120_000).
 * @throws {RangeError} If `concurrency` is not a number of places.
 */
export function createGate(model: Model, options: { concurrency?: number; timeoutMs?: number } = {}): Gate {
  const { concurrency, timeoutMs = MODEL_TIMEOUT_MS } = options;
  const door = concurrency === undefined ? OPEN_DOOR : createDoor(concurrency);
  const counts = { inFlight: 0, waiting: 0 };
  return {
    name: model.name,
    decide: (request, context) =>
      new Promise((resolve, reject) => {
        const call = new GatedCall({ model, request, context, door, counts, timeoutMs, resolve, reject });
        context.onAbort((reason) => call.abort(reason));
        door.acquire(() => call.enter());
      }),
    get inFlight() {
      return counts.inFlight;
    },
    get waiting() {
      return counts.waiting;
    },
  };
}

interface Door {
  acquire(enter: () => void): void;
  release(): void;
}

const OPEN_DOOR: Door = { acquire: (enter) => enter(), release: () => undefined };

function createDoor(places: number): Door {
  const semaphore = createSemaphore(places);
  let owed = 0;
  let isReleasing = false;
  return {
    acquire: (enter) => semaphore.acquire(enter),
    release() {
      // Who enters may leave at once: thousands of aborted calls in a row must not become thousands of stack frames.
      owed++;
      if (isReleasing) return;
      isReleasing = true;
      for (; owed > 0; owed--) semaphore.release();
      isReleasing = false;
    },
  };
}

interface CallParts {
  readonly model: Model;
  readonly request: ModelRequest;
  readonly context: CallContext;
  readonly door: Door;
  readonly counts: { inFlight: number; waiting: number };
  readonly timeoutMs: number;
  readonly resolve: (decision: Decision) => void;
  readonly reject: (reason: Error) => void;
}

/** One call on its way: waiting, then in flight, then over; over at once if it is aborted. */
class GatedCall {
  readonly #parts: CallParts;
  #state: 'waiting' | 'in-flight' | 'over' = 'waiting';
  #startedAt = 0;
  #deadline: Timer | undefined;

  constructor(parts: CallParts) {
    this.#parts = parts;
    parts.counts.waiting++;
  }

  /** Has its place now. */
  enter(): void {
    const { model, request, context, door, counts, timeoutMs } = this.#parts;
    if (this.#state === 'over') {
      door.release();
      return;
    }
    this.#state = 'in-flight';
    counts.waiting--;
    counts.inFlight++;
    this.#startedAt = context.clock.elapsed();
    this.#deadline = context.clock.setTimer(timeoutMs, () => this.#expire());
    try {
      Promise.resolve(model.decide(request, context)).then(
        (answer) => this.#answered(answer),
        (reason) => this.#fail(reason),
      );
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  abort(reason: Error): void {
    if (this.#state === 'over') return;
    // One that waits is passed over when its turn comes.
    if (this.#state === 'waiting') this.#parts.counts.waiting--;
    else this.#leave();
    this.#state = 'over';
    this.#parts.reject(reason);
  }

  /** Through the context, so that whatever the model has started hears of it too. */
  #expire(): void {
    const { model, context, timeoutMs } = this.#parts;
    context.abort(
      new TroupeError('MODEL_TIMEOUT', `Cannot wait longer for model "${model.name}": no answer in ${timeoutMs} ms`),
    );
  }

  #answered(answer: unknown): void {
    if (this.#state === 'over') return;
    const { model, request, context, resolve } = this.#parts;
    try {
      const measuredMs = context.clock.elapsed() - this.#startedAt;
      const decision = completeDecision(answer, { model: model.name, turn: request.turn, measuredMs });
      this.#leave();
      resolve(decision);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(reason: unknown): void {
    if (this.#state === 'over') return;
    this.#leave();
    this.#parts.reject(toModelError(this.#parts.model.name, reason));
  }

  #leave(): void {
    this.#state = 'over';
    this.#deadline?.cancel();
    this.#parts.counts.inFlight--;
    this.#parts.door.release();
  }
}

/** By `toErrorInfo`, which may be shown anything: even asking a hostile value for its class can throw. */
function toModelError(model: string, reason: unknown): TroupeError {
  const { code, message } = toErrorInfo(reason);
  if (code !== 'ERROR') return reason as TroupeError;
  return new TroupeError('MODEL_FAILED', `Cannot decide with model "${model}": ${message}`, { cause: reason });
}

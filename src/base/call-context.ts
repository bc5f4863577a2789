import type { Clock, Timer } from './clock.ts';
import { TroupeError } from './errors.ts';
import type { Random } from './random.ts';

type AbortListener = (reason: Error) => void;

interface Sleeper {
  promise: Promise<void> | undefined;
  readonly timer: Timer;
  readonly reject: (reason: Error) => void;
}

/** What one model or tool call may use. One is made for each call, so everything rarely used is made on demand. */
export class CallContext {
  /** The agent's address. */
  readonly agent: string;
  /** 1-based turn of the agent's life. */
  readonly turn: number;
  /** Unique within the agent: `turn/call`. */
  readonly callId: string;
  readonly clock: Clock;
  /**
   * Set by a callee that knows better than the clock what it took, in milliseconds: a simulated one, whose sampled
   * latency is exact. Absent: whoever made the call measures.
   */
  serviceMs: number | undefined;
  readonly #random: Random;
  #forked: Random | undefined;
  #controller: AbortController | undefined;
  #reason: Error | undefined;
  #sleeper: Sleeper | undefined;
  #listeners: AbortListener | AbortListener[] | undefined;

  /** @param random The run's; the call gets its own fork of it, by agent and call. */
  constructor(agent: string, turn: number, callId: string, clock: Clock, random: Random) {
    this.agent = agent;
    this.turn = turn;
    this.callId = callId;
    this.clock = clock;
    this.#random = random;
  }

  /** Chance of this call's own: the same in every run with the same seed, whatever other agents do. */
  get random(): Random {
    this.#forked ??= this.#random.fork(`${this.agent} ${this.callId}`);
    return this.#forked;
  }

  /** Aborts at the call's deadline, and when its agent is stopped. Pass it on to whatever does the work. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  /**
   * Waits on the run's clock. One at a time for each call.
   *
   * @param delayMs Milliseconds, 0 or more.
   * @throws {TroupeError} The abort's reason, as soon as the call is aborted.
   */
  sleep(delayMs: number): Promise<void> {
    if (this.#reason !== undefined) return Promise.reject(this.#reason);
    const promise = new Promise<void>((resolve, reject) => {
      const timer = this.clock.setTimer(delayMs, () => {
        this.#sleeper = undefined;
        resolve();
      });
      this.#sleeper = { promise: undefined, timer, reject };
    });
    if (this.#sleeper !== undefined) this.#sleeper.promise = promise;
    return promise;
  }

  /**
   * Calls `fn` when the call is aborted; at once if it has been. Cheaper than `signal`, which makes an AbortController.
   *
   * Contract: `fn` must not throw; what it throws is dropped, so that one listener cannot keep the others from hearing.
   */
  onAbort(fn: (reason: Error) => void): void {
    if (this.#reason !== undefined) notify(fn, this.#reason);
    else if (this.#listeners === undefined) this.#listeners = fn;
    else if (typeof this.#listeners === 'function') this.#listeners = [this.#listeners, fn];
    else this.#listeners.push(fn);
  }

  /** Ends the call's waiting; the first reason stays. For whoever made the call, not for the callee. */
  abort(reason: Error = new TroupeError('ABORTED', 'The call was aborted')): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (typeof listeners === 'function') notify(listeners, reason);
    else if (listeners !== undefined) for (const fn of listeners) notify(fn, reason);
    this.#controller?.abort(reason);
    const sleeper = this.#sleeper;
    if (sleeper === undefined) return;
    this.#sleeper = undefined;
    sleeper.timer.cancel();
    // A callee that dropped its sleep must not end the process by an unhandled rejection.
    sleeper.promise?.catch(() => undefined);
    sleeper.reject(reason);
  }
}

function notify(fn: AbortListener, reason: Error): void {
  try {
    fn(reason);
  } catch {
    // The abort has to reach everyone; there is nobody to tell.
  }
}

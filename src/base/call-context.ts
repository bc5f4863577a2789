import type { Clock, Timer } from './clock.ts';
import { TroupeError } from './errors.ts';
import type { Random } from './random.ts';

/** What one model or tool call may use. One is made for each call, so everything rarely used is made on demand. */
export class CallContext {
  /** The agent's address. */
  readonly agent: string;
  /** 1-based turn of the agent's life. */
  readonly turn: number;
  /** Unique within the agent: `turn/call`. */
  readonly callId: string;
  readonly clock: Clock;
  readonly #random: Random;
  #forked: Random | undefined;
  #controller: AbortController | undefined;
  #reason: Error | undefined;
  #sleeper: { readonly timer: Timer; readonly reject: (reason: Error) => void } | undefined;

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

  /**
   * Waits on the run's clock. One at a time for each call.
   *
   * @param delayMs Milliseconds, 0 or more.
   * @throws {TroupeError} The abort's reason, as soon as the call is aborted.
   */
  sleep(delayMs: number): Promise<void> {
    if (this.#reason !== undefined) return Promise.reject(this.#reason);
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimer(delayMs, () => {
        this.#sleeper = undefined;
        resolve();
      });
      this.#sleeper = { timer, reject };
    });
  }

  /** Ends the call's waiting; the first reason stays. For whoever made the call, not for the callee. */
  abort(reason: Error = new TroupeError('ABORTED', 'The call was aborted')): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#sleeper?.timer.cancel();
    this.#sleeper?.reject(reason);
    this.#sleeper = undefined;
  }
}

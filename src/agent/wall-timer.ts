import type { Timer } from '../base/clock.ts';
import type { AgentEnvironment } from './environment.ts';

/** The time of an observation, which stands still while memory cannot be written: nobody may go on then. */
export class WallTimer implements Timer {
  readonly #env: AgentEnvironment;
  readonly #expire: () => void;
  /** Of the store's down time, what has been made up for. */
  #downMs: number;
  #timer: Timer;
  #isCancelled = false;

  constructor(env: AgentEnvironment, delayMs: number, expire: () => void) {
    this.#env = env;
    this.#expire = expire;
    this.#downMs = env.store.downMs();
    this.#timer = env.clock.setTimer(delayMs, this.#fire);
  }

  get due(): number {
    return this.#timer.due;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#timer.cancel();
  }

  readonly #fire = (): void => {
    const { store, clock } = this.#env;
    if (this.#isCancelled) return;
    const ready = store.ready();
    const heldMs = store.downMs() - this.#downMs;
    if (ready !== undefined) {
      void ready.then(this.#fire);
    } else if (heldMs > 0) {
      this.#downMs += heldMs;
      this.#timer = clock.setTimer(heldMs, this.#fire);
    } else {
      this.#expire();
    }
  };
}

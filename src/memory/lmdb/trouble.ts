import type { Clock, Timer } from '../../base/clock.ts';
import { type TroupeError, toErrorInfo } from '../../base/errors.ts';
import { STORE_RETRY_MAX_MS, STORE_RETRY_MS } from '../../base/limits.ts';
import type { StoreChange } from '../memory-store.ts';

/** Every write that fails at the same time waits for the same try. */
interface Pause {
  readonly over: Promise<boolean>;
  /** @param again False: nobody tries again. */
  readonly end: (again: boolean) => void;
  timer: Timer;
}

/**
 * What is done about a disk that cannot be written: somebody waits it out, or nobody does and the first failure is the
 * last.
 *
 * It begins with `meet` and ends with `over`. In between `meet` is called after each try that has failed; it resolves
 * when the next is due, after `STORE_RETRY_MS` at first, twice as long each time, at most `STORE_RETRY_MAX_MS`.
 */
export class Trouble {
  readonly #clock: Pick<Clock, 'setTimer' | 'elapsed'>;
  readonly #probe: () => Promise<void>;
  readonly #writes: () => number;
  #tell: ((change: StoreChange) => void) | undefined;
  #isEndured = false;
  #state: { readonly since: number; readonly writes: number } | undefined;
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;
  /** Who wants to know when it begins. */
  readonly #waiting = new Set<() => void>();
  #pause: Pause | undefined;
  #delayMs = STORE_RETRY_MS;
  /** Of the troubles that are over. */
  #downMs = 0;

  /**
   * @param clock Real time, and not the run's.
   * @param probe Rejects while a try would fail anyway: a database that is tried in vain says so each time, on the
   * terminal.
   * @param writes Batches on disk so far.
   */
  constructor(clock: Pick<Clock, 'setTimer' | 'elapsed'>, probe: () => Promise<void>, writes: () => number) {
    this.#clock = clock;
    this.#probe = probe;
    this.#writes = writes;
  }

  /** From here on trouble is waited out. @returns Ends that: one more try, and then what cannot be written is lost. */
  endure(tell: (change: StoreChange) => void): () => void {
    this.#tell = tell;
    this.#isEndured = true;
    return () => {
      if (!this.#isEndured) return;
      this.#isEndured = false;
      this.#pause?.timer.cancel();
      if (this.#pause !== undefined) void this.#try(this.#pause);
    };
  }

  /** Undefined: there is none. Otherwise it resolves at its end, also when nobody waits for that any more. */
  get ended(): Promise<void> | undefined {
    return this.#gate?.opened;
  }

  /** @returns A promise that resolves when trouble begins, for whoever waits so long; `forget` when it no longer does. */
  begins(): { readonly promise: Promise<void>; readonly forget: () => void } {
    const { opened, open } = createGate();
    this.#waiting.add(open);
    return { promise: opened, forget: () => this.#waiting.delete(open) };
  }

  /** Milliseconds of all troubles, with the one there is. */
  get downMs(): number {
    return this.#downMs + (this.#state === undefined ? 0 : this.#clock.elapsed() - this.#state.since);
  }

  /**
   * A write has failed.
   *
   * @returns Resolves to true when it is to be tried again, to false when it is lost.
   */
  meet(error: TroupeError): Promise<boolean> {
    if (!this.#isEndured) return Promise.resolve(false);
    if (this.#state === undefined) {
      this.#state = { since: this.#clock.elapsed(), writes: this.#writes() };
      this.#gate = createGate();
      this.#delayMs = STORE_RETRY_MS;
      this.#tell?.({ type: 'store.degraded', error: toErrorInfo(error) });
      for (const begin of this.#waiting) begin();
    }
    this.#pause ??= this.#begin();
    return this.#pause.over;
  }

  /** Everything is on disk. */
  over(): void {
    if (this.#state === undefined) return;
    const { since, writes } = this.#state;
    const ms = this.#clock.elapsed() - since;
    this.#downMs += ms;
    this.#state = undefined;
    const downMs = Math.round(ms);
    this.#tell?.({ type: 'store.recovered', downMs, writes: this.#writes() - writes });
    this.#letGo();
  }

  /** What was waited for is lost. */
  giveUp(): void {
    this.#state = undefined;
    this.#letGo();
  }

  #letGo(): void {
    this.#gate?.open();
    this.#gate = undefined;
  }

  #begin(): Pause {
    let end: Pause['end'] = () => {};
    const over = new Promise<boolean>((resolve) => {
      end = resolve;
    }).finally(() => {
      this.#pause = undefined;
    });
    return { over, end, timer: this.#arm() };
  }

  #arm(): Timer {
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(2 * delayMs, STORE_RETRY_MAX_MS);
    return this.#clock.setTimer(delayMs, () => {
      if (this.#pause !== undefined) void this.#try(this.#pause);
    });
  }

  async #try(pause: Pause): Promise<void> {
    const worthTrying = await this.#probe().then(
      () => true,
      () => false,
    );
    if (worthTrying || !this.#isEndured) pause.end(worthTrying);
    else pause.timer = this.#arm();
  }
}

function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

import { TroupeError } from './errors.ts';
import { LOOP_SLICE, LOOP_SLICE_MS } from './limits.ts';
import { type Timer, TimerQueue } from './timer-queue.ts';

export type { Timer };

/**
 * The only source of time, of delays and of turns of the event loop.
 *
 * Contract: callbacks must not throw. They run at most `LOOP_SLICE` to a turn of the event loop (in real time also for at
 * most `LOOP_SLICE_MS`), so that ten thousand of them due at once cannot keep sockets, signals and other timers waiting.
 */
export interface Clock {
  readonly kind: 'real' | 'virtual';
  /** Milliseconds since the epoch; in virtual time the run starts at `VIRTUAL_EPOCH_MS`. */
  now(): number;
  /** Milliseconds since the clock was made, monotonic; from a later moment on after `skipTo`. */
  elapsed(): number;
  /** Goes on from this `elapsed`, as if that much had passed; before any timer is set. */
  skipTo(elapsedMs: number): void;
  /** Calls `fn` after `delayMs` (0 or more, any length). */
  setTimer(delayMs: number, fn: () => void): Timer;
  sleep(delayMs: number): Promise<void>;
  /** Calls `fn` in a coming turn of the event loop, first come first served. */
  defer(fn: () => void): void;
  /**
   * Work that really happens, outside the clock's control (a disk, a library). Virtual time stands still until it has
   * settled, and several such works settle in the order in which they were started, so that a rehearsal does not
   * depend on which disk read came back first. In real time: the promise itself.
   *
   * @param timeoutMs Milliseconds of real time after which virtual time goes on without the work; without it, work that
   * hangs stops a rehearsal for ever. Not used in real time, where a timer of the clock's does the same.
   * @throws {TroupeError} Rejects with `TOOL_TIMEOUT` when that time is over.
   */
  external<T>(work: Promise<T>, timeoutMs?: number): Promise<T>;
  /** Milliseconds of real time since the clock was made, also in a rehearsal: for measuring ourselves only. */
  realElapsed(): number;
  /** Milliseconds since the epoch of real time, also in a rehearsal: for the order of records only. */
  realNow(): number;
  /** Drops every timer, so that a deadline that no longer matters keeps no process alive. */
  stop(): void;
}

/** 2000-01-01T00:00:00Z: where virtual time begins. */
export const VIRTUAL_EPOCH_MS = 946_684_800_000;
/** Node fires at once, with a warning, what is further away than a signed 32-bit number of milliseconds. */
const NODE_TIMER_MAX_MS = 2_147_483_647;

/** What both clocks share: the timers, the deferred callbacks, and running them in slices. */
abstract class SlicedClock implements Clock {
  abstract readonly kind: 'real' | 'virtual';
  protected readonly timers = new TimerQueue();
  readonly #startedAt = performance.now();
  #deferred: (() => void)[] = [];
  #head = 0;
  #ticking = false;

  abstract now(): number;
  abstract elapsed(): number;
  abstract skipTo(elapsedMs: number): void;
  abstract external<T>(work: Promise<T>, timeoutMs?: number): Promise<T>;
  /** Called between slices, when nothing deferred is left. */
  protected abstract advance(): void;

  setTimer(delayMs: number, fn: () => void): Timer {
    const timer = this.timers.add(this.elapsed() + Math.max(0, delayMs), fn);
    this.armed(timer.due);
    return timer;
  }

  protected abstract armed(due: number): void;

  /** Whether a slice that began at `startedAt` has had its share after `count` callbacks. */
  protected isOver(count: number, _startedAt: number): boolean {
    return count >= LOOP_SLICE;
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delayMs, resolve));
  }

  defer(fn: () => void): void {
    this.#deferred.push(fn);
    this.wake();
  }

  realElapsed(): number {
    return performance.now() - this.#startedAt;
  }

  realNow(): number {
    return Date.now();
  }

  stop(): void {
    this.timers.clear();
  }

  /** Asks for a turn of the event loop of our own. */
  protected wake(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    setImmediate(this.#tick);
  }

  readonly #tick = (): void => {
    this.#ticking = false;
    const ran = this.#runDeferred();
    // Virtual time must not go on before what was just run has come to rest; real time does so anyway.
    if (ran && this.kind === 'virtual') this.wake();
    else this.advance();
    if (this.#head < this.#deferred.length) this.wake();
  };

  /** Runs a slice; what it adds waits for a turn of its own. */
  #runDeferred(): boolean {
    const end = this.#deferred.length;
    const ran = this.#head < end;
    const startedAt = this.elapsed();
    for (let count = 0; this.#head < end && !this.isOver(count, startedAt); count++) this.#deferred[this.#head++]?.();
    if (this.#head === this.#deferred.length) {
      this.#deferred = [];
      this.#head = 0;
    }
    return ran;
  }
}

class RealClock extends SlicedClock {
  readonly kind = 'real';
  #skippedMs = 0;
  #armedFor = Number.POSITIVE_INFINITY;
  #handle: NodeJS.Timeout | undefined;

  now(): number {
    return Date.now();
  }

  elapsed(): number {
    return this.realElapsed() + this.#skippedMs;
  }

  skipTo(elapsedMs: number): void {
    this.#skippedMs = elapsedMs - this.realElapsed();
  }

  external<T>(work: Promise<T>): Promise<T> {
    return work;
  }

  override stop(): void {
    super.stop();
    clearTimeout(this.#handle);
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  /** Callbacks can be slow; a rehearsal counts them alone, since how slow they are must not change it. */
  protected override isOver(count: number, startedAt: number): boolean {
    return count >= LOOP_SLICE || (count > 0 && this.elapsed() - startedAt > LOOP_SLICE_MS);
  }

  /** One timer of Node's stands for the earliest of ours. */
  protected armed(due: number): void {
    if (due >= this.#armedFor) return;
    clearTimeout(this.#handle);
    this.#armedFor = due;
    // Node cuts a delay down to whole milliseconds, and would fire early.
    const delay = Math.min(Math.ceil(due - this.elapsed()), NODE_TIMER_MAX_MS);
    this.#handle = setTimeout(() => {
      this.#armedFor = Number.POSITIVE_INFINITY;
      this.advance();
    }, delay);
  }

  protected advance(): void {
    const time = this.elapsed();
    for (let count = 0; !this.isOver(count, time); count++) {
      const fn = this.timers.take(time);
      if (fn === undefined) break;
      fn();
    }
    const due = this.timers.next();
    if (due === undefined) {
      clearTimeout(this.#handle);
      this.#armedFor = Number.POSITIVE_INFINITY;
    } else if (due <= time) {
      this.wake();
    } else {
      this.armed(due);
    }
  }
}

interface External {
  settled: (() => void) | undefined;
}

class VirtualClock extends SlicedClock {
  readonly kind = 'virtual';
  #time = 0;
  #externals: External[] = [];
  #unsettled = 0;

  now(): number {
    return VIRTUAL_EPOCH_MS + this.#time;
  }

  elapsed(): number {
    return this.#time;
  }

  skipTo(elapsedMs: number): void {
    this.#time = elapsedMs;
  }

  protected armed(): void {
    this.wake();
  }

  external<T>(work: Promise<T>, timeoutMs?: number): Promise<T> {
    const external: External = { settled: undefined };
    this.#externals.push(external);
    this.#unsettled++;
    return new Promise<T>((resolve, reject) => {
      let deadline: NodeJS.Timeout | undefined;
      const settle = (deliver: () => void): void => {
        if (external.settled !== undefined) return;
        clearTimeout(deadline);
        external.settled = deliver;
        this.#unsettled--;
        this.wake();
      };
      work.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
      if (timeoutMs === undefined) return;
      deadline = setTimeout(
        () =>
          settle(() =>
            reject(new TroupeError('TOOL_TIMEOUT', `Work did not end: ${timeoutMs} ms of real time passed`)),
          ),
        Math.min(Math.ceil(timeoutMs), NODE_TIMER_MAX_MS),
      );
    });
  }

  /** Nothing is runnable here: first real work is delivered, whole and in order; only then may time go on. */
  protected advance(): void {
    if (this.#unsettled > 0) return;
    if (this.#externals.length > 0) {
      const externals = this.#externals;
      this.#externals = [];
      for (const external of externals) external.settled?.();
      this.wake();
      return;
    }
    const due = this.timers.next();
    if (due === undefined) return;
    this.#time = Math.max(this.#time, due);
    for (let count = 0; count < LOOP_SLICE; count++) {
      const fn = this.timers.take(this.#time);
      if (fn === undefined) break;
      fn();
    }
    this.wake();
  }
}

/** Time as it passes. */
export function createRealClock(): Clock {
  return new RealClock();
}

/** Time that jumps to the next timer as soon as nothing is runnable. */
export function createVirtualClock(): Clock {
  return new VirtualClock();
}

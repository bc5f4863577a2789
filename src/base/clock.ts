import TinyQueue from 'tinyqueue';
import { LOOP_SLICE } from './limits.ts';

export interface Timer {
  /** Idempotent. */
  cancel(): void;
}

/**
 * The only source of time, of delays and of turns of the event loop.
 *
 * Contract: callbacks must not throw. They run at most `LOOP_SLICE` to a turn of the event loop, so that ten thousand
 * of them due at once cannot keep sockets, signals and other timers waiting.
 */
export interface Clock {
  readonly kind: 'real' | 'virtual';
  /** Milliseconds since the epoch; in virtual time the run starts at `VIRTUAL_EPOCH_MS`. */
  now(): number;
  /** Milliseconds since the clock was made, monotonic. */
  elapsed(): number;
  /** Calls `fn` after `delayMs` (0 or more, any length). */
  setTimer(delayMs: number, fn: () => void): Timer;
  sleep(delayMs: number): Promise<void>;
  /** Calls `fn` in a coming turn of the event loop, first come first served. */
  defer(fn: () => void): void;
  /**
   * Work that really happens, outside the clock's control (a disk, a library). Virtual time stands still until it has
   * settled, and several such works settle in the order in which they were started, so that a rehearsal does not
   * depend on which disk read came back first. In real time: the promise itself.
   */
  external<T>(work: Promise<T>): Promise<T>;
  /** Milliseconds of real time since the clock was made, also in a rehearsal: for measuring ourselves only. */
  realElapsed(): number;
}

/** 2000-01-01T00:00:00Z: where virtual time begins. */
export const VIRTUAL_EPOCH_MS = 946_684_800_000;
/** Node fires at once, with a warning, what is further away than a signed 32-bit number of milliseconds. */
const NODE_TIMER_MAX_MS = 2_147_483_647;

class Entry implements Timer {
  readonly due: number;
  readonly order: number;
  fn: (() => void) | undefined;
  readonly #owner: TimerQueue;

  constructor(due: number, order: number, fn: () => void, owner: TimerQueue) {
    this.due = due;
    this.order = order;
    this.fn = fn;
    this.#owner = owner;
  }

  cancel(): void {
    if (this.fn === undefined) return;
    this.fn = undefined;
    this.#owner.cancelled();
  }
}

/** Timers by due time, then by the order in which they were set. */
class TimerQueue {
  #heap = new TinyQueue<Entry>([], compareEntries);
  #order = 0;
  #dead = 0;

  add(due: number, fn: () => void): Entry {
    const entry = new Entry(due, this.#order++, fn, this);
    this.#heap.push(entry);
    return entry;
  }

  /** Most timers are deadlines that never come: drop the cancelled ones when they are the majority. */
  cancelled(): void {
    this.#dead++;
    if (this.#dead < 1_024 || this.#dead * 2 < this.#heap.length) return;
    this.#heap = new TinyQueue<Entry>(
      this.#heap.data.filter((entry) => entry.fn !== undefined),
      compareEntries,
    );
    this.#dead = 0;
  }

  /** The earliest live timer's due time. */
  next(): number | undefined {
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      if (top.fn !== undefined) return top.due;
      this.#heap.pop();
      this.#dead--;
    }
    return undefined;
  }

  /** Takes the earliest timer if it is due by `time`. */
  take(time: number): (() => void) | undefined {
    const due = this.next();
    if (due === undefined || due > time) return undefined;
    const entry = this.#heap.pop();
    const fn = entry?.fn;
    if (entry !== undefined) entry.fn = undefined;
    return fn;
  }
}

function compareEntries(a: Entry, b: Entry): number {
  return a.due - b.due || a.order - b.order;
}

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
  abstract external<T>(work: Promise<T>): Promise<T>;
  /** Called between slices, when nothing deferred is left. */
  protected abstract advance(): void;

  setTimer(delayMs: number, fn: () => void): Timer {
    const timer = this.timers.add(this.elapsed() + Math.max(0, delayMs), fn);
    this.armed(timer.due);
    return timer;
  }

  protected abstract armed(due: number): void;

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
    const end = Math.min(this.#deferred.length, this.#head + LOOP_SLICE);
    const ran = this.#head < end;
    while (this.#head < end) this.#deferred[this.#head++]?.();
    if (this.#head === this.#deferred.length) {
      this.#deferred = [];
      this.#head = 0;
    }
    return ran;
  }
}

class RealClock extends SlicedClock {
  readonly kind = 'real';
  #armedFor = Number.POSITIVE_INFINITY;
  #handle: NodeJS.Timeout | undefined;

  now(): number {
    return Date.now();
  }

  elapsed(): number {
    return this.realElapsed();
  }

  external<T>(work: Promise<T>): Promise<T> {
    return work;
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
    for (let count = 0; count < LOOP_SLICE; count++) {
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

  protected armed(): void {
    this.wake();
  }

  external<T>(work: Promise<T>): Promise<T> {
    const external: External = { settled: undefined };
    this.#externals.push(external);
    this.#unsettled++;
    return new Promise<T>((resolve, reject) => {
      const settle = (deliver: () => void): void => {
        external.settled = deliver;
        this.#unsettled--;
        this.wake();
      };
      work.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
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

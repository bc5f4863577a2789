import TinyQueue from 'tinyqueue';

export interface Timer {
  /** On the clock's `elapsed`. */
  readonly due: number;
  /** Idempotent. */
  cancel(): void;
}

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
export class TimerQueue {
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

  clear(): void {
    this.#heap = new TinyQueue<Entry>([], compareEntries);
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

/** What can wait in an `ArrivalQueue`. */
export interface Arrival {
  /** When it came: each number is larger than those before. */
  readonly arrival: number;
  /** Has left the queue by itself; it is passed over. */
  readonly isGone: boolean;
}

/** Entries that are taken or gone are cleared away when there are more than this, and when they are most of all. */
const GONE_MIN = 1_024;

/** First come, first served; who is put back stands where it came, which is before all who came later. */
export class ArrivalQueue<T extends Arrival> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #gone = 0;
  readonly #goneMin: number;

  /** @param goneMin Entries that may be taken or gone before they are cleared away. */
  constructor(goneMin = GONE_MIN) {
    this.#goneMin = goneMin;
  }

  /** Entries kept, also those that are taken or gone. */
  get size(): number {
    return this.#items.length;
  }

  /** @param item The newest arrival. */
  add(item: T): void {
    if (this.#head > this.#goneMin && this.#head * 2 > this.#items.length) this.#clear();
    this.#items.push(item);
  }

  putBack(item: T): void {
    const at = this.#placeOf(item.arrival);
    if (at === this.#head && this.#head > 0) this.#items[--this.#head] = item;
    else this.#items.splice(at, 0, item);
  }

  /** The oldest that is not gone. */
  peek(): T | undefined {
    for (; this.#head < this.#items.length; this.#head++) {
      const item = this.#items[this.#head];
      if (item !== undefined && !item.isGone) return item;
      this.#items[this.#head] = undefined;
      this.#gone--;
    }
    return undefined;
  }

  /** Removes what `peek` has returned. */
  take(): void {
    this.#items[this.#head++] = undefined;
  }

  /** One of those that wait here is gone. */
  noteGone(): void {
    this.#gone++;
    if (this.#gone > this.#goneMin && this.#gone * 2 > this.#items.length - this.#head) this.#clear();
  }

  #clear(): void {
    this.#items = this.#items.slice(this.#head).filter((item) => item !== undefined && !item.isGone);
    this.#head = 0;
    this.#gone = 0;
  }

  /** The first place whose item came later. */
  #placeOf(arrival: number): number {
    let low = this.#head;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle]?.arrival ?? 0) < arrival) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

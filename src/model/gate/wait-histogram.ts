/** Each class is so much wider than the one before: what is read from it is right to 10 %. */
const GROWTH = 1.1;
/** Up to 1.1^239 ms, 90 days. */
const CLASSES = 240;
const LOG_GROWTH = Math.log(GROWTH);

/** How long calls have waited, in a few hundred numbers however many there are. */
export class WaitHistogram {
  /** Those below 1 ms are the first class. */
  readonly #counts = new Float64Array(CLASSES);
  #total = 0;
  #max = 0;

  add(ms: number): void {
    const index = ms < 1 ? 0 : Math.min(CLASSES - 1, 1 + Math.floor(Math.log(ms) / LOG_GROWTH));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
    if (ms > this.#max) this.#max = ms;
  }

  get max(): number {
    return this.#max;
  }

  /**
   * @param share 0 to 1.
   * @returns Milliseconds that so many have waited at most; 0 if there are none.
   */
  quantile(share: number): number {
    let left = Math.ceil(this.#total * share);
    for (const [index, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return index === 0 ? 0 : Math.min(this.#max, GROWTH ** index);
    }
    return this.#max;
  }
}

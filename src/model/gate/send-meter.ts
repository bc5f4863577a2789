/** So much of the past is recent at least, and as a rule at most twice as much. */
const SPAN_MS = 5_000;
/** Sends between the first and the last of the latest ones. */
const LATEST = 32;

/** How fast requests were sent. */
export class SendMeter {
  /** The span under way, and the one before. */
  #startedAt: number;
  #count = 0;
  #beforeAt: number;
  #before = 0;
  /** A ring of times. */
  readonly #latest: number[] = [];
  #next = 0;
  #sentAt: number;

  /** @param now Milliseconds on the run's clock, as everywhere here. */
  constructor(now: number) {
    this.#startedAt = now;
    this.#beforeAt = now;
    this.#sentAt = now;
  }

  add(now: number): void {
    if (now - this.#startedAt >= SPAN_MS) {
      this.#beforeAt = this.#startedAt;
      this.#before = this.#count;
      this.#startedAt = now;
      this.#count = 0;
    }
    this.#count++;
    this.#latest[this.#next] = now;
    this.#next = (this.#next + 1) % (LATEST + 1);
    this.#sentAt = now;
  }

  /** One of them was refused, and does not count. */
  takeBack(): void {
    this.#count--;
  }

  /** In a millisecond, over the last while; undefined before there has been such a while. */
  recent(now: number): number | undefined {
    const ms = now - this.#beforeAt;
    return ms < SPAN_MS ? undefined : Math.max(0, this.#before + this.#count) / ms;
  }

  /** In a millisecond, over the last few sends, refused or not; infinite before there have been so many. */
  get latest(): number {
    const oldest = this.#latest.length > LATEST ? this.#latest[this.#next] : undefined;
    return oldest === undefined ? Number.POSITIVE_INFINITY : LATEST / (this.#sentAt - oldest);
  }
}

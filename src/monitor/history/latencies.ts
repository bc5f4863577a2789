import type { LatencyRow } from '../messages.ts';

/** Buckets to a doubling: neighbouring ones are 9 % apart, so a bucket's middle is within 5 % of what is in it. */
const PER_DOUBLING = 8;
/** From 0.1 ms to 0.1 ms * 2^25, which is 56 minutes. */
const BUCKETS = 25 * PER_DOUBLING;
const SMALLEST_MS = 0.1;

/** How long the calls of one model or tool took. */
export class Latencies {
  calls = 0;
  failed = 0;
  maxMs = 0;
  readonly #buckets: Uint32Array;

  constructor(from?: Latencies) {
    this.#buckets = from === undefined ? new Uint32Array(BUCKETS) : from.#buckets.slice();
    if (from === undefined) return;
    this.calls = from.calls;
    this.failed = from.failed;
    this.maxMs = from.maxMs;
  }

  add(ms: number, failed: boolean): void {
    this.calls++;
    if (failed) this.failed++;
    if (ms > this.maxMs) this.maxMs = ms;
    const bucket = ms <= SMALLEST_MS ? 0 : Math.floor(Math.log2(ms / SMALLEST_MS) * PER_DOUBLING);
    const place = Math.min(bucket, BUCKETS - 1);
    this.#buckets[place] = (this.#buckets[place] ?? 0) + 1;
  }

  toRow(name: string): LatencyRow {
    const { calls, failed, maxMs } = this;
    const at = (share: number) => this.#percentile(share);
    return { name, calls, failed, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: round(maxMs) };
  }

  #percentile(share: number): number {
    const wanted = Math.ceil(this.calls * share);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen < wanted || seen === 0) continue;
      return round(Math.min(this.maxMs, SMALLEST_MS * 2 ** ((bucket + 0.5) / PER_DOUBLING)));
    }
    return 0;
  }
}

/** Microseconds: a tenth of a millisecond would be far off for a tool that takes less than one. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

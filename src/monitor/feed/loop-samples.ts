import { createLoopDelayMeter, type LoopDelayMeter } from '../../base/loop-delay.ts';
import { LOOP_SAMPLE_MS } from '../../base/monitor-limits.ts';
import type { LoopDelays } from './charts.ts';

/** Samples that are kept: ten minutes, and after that every second, fourth, ... */
const SAMPLES_MAX = 600;

/** Samples the event loop's delay about once a second, as long as somebody watches. */
export class LoopSamples {
  readonly delays = { at: [] as number[], p50: [] as number[], p99: [] as number[] } satisfies LoopDelays;
  readonly #meter: LoopDelayMeter;
  #sampledAt = 0;
  #everyMs = LOOP_SAMPLE_MS;

  constructor(meter: LoopDelayMeter = createLoopDelayMeter()) {
    this.#meter = meter;
  }

  /** Begins to measure, or anew. */
  start(): void {
    this.#meter.start();
  }

  stop(): void {
    this.#meter.stop();
  }

  /**
   * Takes a sample if it is time for one.
   *
   * @param now Milliseconds of real time.
   * @param at The same moment on the run's clock; undefined: the run has ended, and there is nothing to measure.
   */
  take(now: number, at: number | undefined): void {
    if (now - this.#sampledAt < this.#everyMs) return;
    this.#sampledAt = now;
    if (at === undefined) return;
    const read = this.#meter.read();
    this.#meter.start();
    this.delays.at.push(at);
    this.delays.p50.push(read.p50);
    this.delays.p99.push(read.p99);
    if (this.delays.at.length <= SAMPLES_MAX) return;
    this.#everyMs *= 2;
    for (const column of Object.values(this.delays)) {
      column.splice(0, column.length, ...column.filter((_, index) => index % 2 === 0));
    }
  }
}

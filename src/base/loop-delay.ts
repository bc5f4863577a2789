import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Milliseconds between two samples. Five times finer than what a person notices; each one wakes a process that has nothing
 * to do: 0.2 % of a core, and 0.4 % at 10 ms.
 */
const RESOLUTION_MS = 20;

/** How late the event loop was, since `start`. */
export interface LoopDelayMeter {
  /** Begins anew. Keeps no process alive. */
  start(): void;
  /** The last values stay readable. */
  stop(): void;
  /** Milliseconds to two decimals; 0 while there is no sample. */
  read(): { p50: number; p99: number; max: number };
}

/**
 * Measures how late the event loop is.
 *
 * Node samples the time between two firings of a timer of `RESOLUTION_MS`, so an idle loop reads as that much. The
 * resolution is taken off here: 0 means on time. What remains of an idle loop, about 1 ms, is the timer's own grain.
 */
export function createLoopDelayMeter(): LoopDelayMeter {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  return {
    start() {
      histogram.reset();
      histogram.enable();
    },
    stop() {
      histogram.disable();
    },
    read() {
      if (histogram.count === 0) return { p50: 0, p99: 0, max: 0 };
      return {
        p50: toDelayMs(histogram.percentile(50)),
        p99: toDelayMs(histogram.percentile(99)),
        max: toDelayMs(histogram.max),
      };
    },
  };
}

function toDelayMs(intervalNs: number): number {
  return Math.round(Math.max(0, intervalNs / 1e6 - RESOLUTION_MS) * 100) / 100;
}

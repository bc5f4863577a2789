import type { Latency } from '../protocol.ts';
import type { Random } from './random.ts';
import { toThousandths } from './to-thousandths.ts';

/**
 * How long something takes this time.
 *
 * @param random Not drawn from for a constant, so that it costs no generator.
 * @returns Milliseconds, 0 or more, to three decimals: shorter than that no clock measures, and it reads better.
 */
export function sampleLatency(latency: Latency, random: Random): number {
  switch (latency.kind) {
    case 'constant':
      return toThousandths(latency.ms);
    case 'uniform':
      return toThousandths(latency.minMs + random.next() * (latency.maxMs - latency.minMs));
    case 'log-normal':
      return toThousandths(random.logNormal(latency.medianMs, latency.p95Ms));
  }
}

import { describe, expect, test } from 'vitest';
import { sampleLatency } from '../../src/base/latency.ts';
import { createRandom, type Random } from '../../src/base/random.ts';

const untouchable = new Proxy({} as Random, {
  get: () => {
    throw new Error('drawn from');
  },
});

function samples(latency: Parameters<typeof sampleLatency>[0]): number[] {
  const random = createRandom(7);
  return Array.from({ length: 4_000 }, () => sampleLatency(latency, random)).sort((a, b) => a - b);
}

describe('sampleLatency', () => {
  test('a constant is itself and draws nothing', () =>
    expect(sampleLatency({ kind: 'constant', ms: 12.5 }, untouchable)).toBe(12.5));

  test('rounds to three decimals', () => {
    expect(sampleLatency({ kind: 'constant', ms: 1.23456 }, untouchable)).toBe(1.235);
    for (const ms of samples({ kind: 'uniform', minMs: 0, maxMs: 1 })) expect(ms).toBe(Number(ms.toFixed(3)));
  });

  test('uniform stays within its range and fills it', () => {
    const all = samples({ kind: 'uniform', minMs: 100, maxMs: 200 });
    expect(all[0]).toBeGreaterThanOrEqual(100);
    expect(all[0]).toBeLessThan(102);
    expect(all.at(-1)).toBeLessThanOrEqual(200);
    expect(all.at(-1)).toBeGreaterThan(198);
  });

  test('log-normal meets its median and 95th percentile', () => {
    const all = samples({ kind: 'log-normal', medianMs: 1_000, p95Ms: 3_000 });
    expect(all[2_000]).toBeGreaterThan(920);
    expect(all[2_000]).toBeLessThan(1_080);
    expect(all[3_800]).toBeGreaterThan(2_600);
    expect(all[3_800]).toBeLessThan(3_400);
  });

  test('the same seed gives the same latencies', () => {
    const latency = { kind: 'log-normal', medianMs: 5, p95Ms: 9 } as const;
    expect(samples(latency)).toEqual(samples(latency));
  });
});

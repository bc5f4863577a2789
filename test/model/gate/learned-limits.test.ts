import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import type { Random } from '../../../src/base/random.ts';
import { LearnedLimits } from '../../../src/model/gate/learned-limits.ts';
import { createGate } from '../../../src/model/gate.ts';
import { runCrowd } from './crowd.ts';
import { type Counting, createFakeProvider, type FakeProviderOptions } from './fake-provider.ts';

const PER_SECOND = 60;
const AGENTS = 500;
const CALLS = 20;

type Options = Omit<FakeProviderOptions, 'clock' | 'perSecond'> & {
  readonly perSecond?: FakeProviderOptions['perSecond'];
  readonly rpm?: number;
};

/** 500 agents with 20 calls each, before a provider that takes 60 a second unless told otherwise. */
async function measure({ rpm, ...options }: Options) {
  const clock = createVirtualClock();
  const { model, seen } = createFakeProvider({ clock, perSecond: PER_SECOND, ...options });
  const gate = createGate(model, { adaptive: true, ...(rpm !== undefined && { rpm }) });
  const { failures, ms } = await runCrowd(gate, clock, { agents: AGENTS, calls: CALLS });
  const end = seen.allowed.at(-1)!;
  const rate = (from: number, to: number) =>
    (seen.allowed.filter((at) => at >= from && at < to).length / (to - from)) * 1_000;
  return {
    failed: failures.length,
    answered: seen.allowed.length,
    /** After the first two seconds, and over the whole run. */
    used: rate(2_000, end) / PER_SECOND,
    usedInAll: rate(0, end) / PER_SECOND,
    refused: seen.refused.length / (seen.refused.length + seen.allowed.length),
    rate,
    seen,
    gate,
    ms,
  };
}

const COUNTINGS: readonly (readonly [string, Counting])[] = [
  ['a fixed window of 1 s', { kind: 'fixed', windowMs: 1_000 }],
  ['a sliding window of 1 s', { kind: 'sliding', windowMs: 1_000 }],
  ['a bucket of 60', { kind: 'bucket', burst: 60 }],
  ['a bucket of 5', { kind: 'bucket', burst: 5 }],
];
const ANNOUNCING = [
  { retryAfter: 'seconds', headers: false },
  { retryAfter: 'ms', headers: false },
  { retryAfter: 'none', headers: false },
  { retryAfter: 'seconds', headers: true },
  { retryAfter: 'none', headers: true },
] as const;
const around200 = (random: Random) => random.logNormal(200, 500);

describe.each(COUNTINGS)('500 agents and 60 requests a second, counted by %s', (_, counting) => {
  test.each(ANNOUNCING)('with Retry-After: $retryAfter, headers: $headers', async ({ retryAfter, headers }) => {
    const { failed, answered, used, refused } = await measure({ counting, latency: around200, retryAfter, headers });
    expect([failed, answered]).toEqual([0, AGENTS * CALLS]);
    // A sliding window's reset is that of its oldest request, which says little of the limit.
    expect(used).toBeGreaterThan(headers && counting.kind === 'sliding' ? 0.85 : 0.9);
    expect(refused).toBeLessThan(0.02);
  });
});

describe('latencies', () => {
  test.each([
    [5, 0.9],
    [50, 0.9],
    [1_000, 0.9],
    // It takes 25 s to have enough in flight.
    [5_000, 0.75],
  ])('%d ms', async (ms, least) => {
    const counting: Counting = { kind: 'bucket', burst: 60 };
    const { failed, used, refused } = await measure({ counting, latency: () => ms, retryAfter: 'seconds' });
    expect(failed).toBe(0);
    expect(used).toBeGreaterThan(least);
    expect(refused).toBeLessThan(0.02);
  });

  test('refusals that take as long as answers', async () => {
    const counting: Counting = { kind: 'bucket', burst: 60 };
    const { failed, used, refused } = await measure({ counting, latency: around200, refusalMs: around200 });
    expect(failed).toBe(0);
    expect(used).toBeGreaterThan(0.9);
    expect(refused).toBeLessThan(0.02);
  });
});

describe('long windows', () => {
  test.each([
    ['fixed', 'seconds'],
    ['fixed', 'none'],
    ['sliding', 'seconds'],
    ['sliding', 'none'],
  ] as const)('%s, 3600 a minute, Retry-After: %s', async (kind, retryAfter) => {
    const { failed, usedInAll, refused } = await measure({
      counting: { kind, windowMs: 60_000 },
      latency: around200,
      retryAfter,
    });
    expect(failed).toBe(0);
    expect(usedInAll).toBeGreaterThan(0.9);
    expect(refused).toBeLessThan(0.02);
  });
});

describe('a limit that changes', () => {
  const counting: Counting = { kind: 'fixed', windowMs: 1_000 };

  test('is followed down', async () => {
    const perSecond = (ms: number) => (ms < 60_000 ? 60 : 20);
    const { failed, rate, refused } = await measure({ counting, latency: around200, perSecond });
    expect(failed).toBe(0);
    expect(rate(90_000, 150_000)).toBeGreaterThan(18);
    expect(refused).toBeLessThan(0.02);
  });

  test('is followed up', async () => {
    const perSecond = (ms: number) => (ms < 40_000 ? 20 : 80);
    const { failed, rate, refused } = await measure({ counting, latency: around200, perSecond });
    expect(failed).toBe(0);
    expect(rate(100_000, 130_000)).toBeGreaterThan(72);
    expect(refused).toBeLessThan(0.02);
  });
});

describe('a declared rate', () => {
  const counting: Counting = { kind: 'bucket', burst: 60 };

  test('that is too high does no harm', async () => {
    const { failed, used, refused } = await measure({ counting, latency: around200, rpm: 30_000 });
    expect(failed).toBe(0);
    expect(used).toBeGreaterThan(0.9);
    expect(refused).toBeLessThan(0.02);
  });

  test('that is too low is kept', async () => {
    const { failed, rate, seen } = await measure({ counting, latency: around200, rpm: 1_800 });
    expect([failed, seen.refused.length]).toEqual([0, 0]);
    expect(rate(2_000, 300_000)).toBeCloseTo(30, 0);
  });
});

describe('other limits', () => {
  test('on calls at once', async () => {
    const { failed, seen } = await measure({
      counting: { kind: 'at-once', most: 60 },
      latency: around200,
      perSecond: 0,
    });
    expect(failed).toBe(0);
    expect(seen.refused.length).toBeLessThan(200);
    // 60 at once, each about 230 ms.
    expect((seen.allowed.length / seen.allowed.at(-1)!) * 1_000).toBeGreaterThan(150);
  });

  test('none at all: every agent is served at once before long', async () => {
    const { failed, seen, ms } = await measure({
      counting: { kind: 'bucket', burst: 1e9 },
      latency: () => 200,
      perSecond: 1e9,
    });
    expect([failed, seen.refused.length, seen.mostInFlight]).toEqual([0, 0, AGENTS]);
    expect(ms).toBeLessThan(10_000);
  });
});

test('a rehearsal is repeatable', async () => {
  const run = () => measure({ counting: { kind: 'bucket', burst: 5 }, latency: around200, retryAfter: 'none' });
  const [first, second] = [await run(), await run()];
  expect(first.seen.allowed).toEqual(second.seen.allowed);
  expect(first.gate.stats()).toEqual(second.gate.stats());
});

describe('LearnedLimits', () => {
  const sent = { attempt: 1, sentAt: 0, inFlight: 1, reserved: 10, tokensSent: 10 };

  test('knows nothing at first', () => {
    const limits = new LearnedLimits(40);
    const sofar = { requests: 0, tokens: 0 };
    expect([limits.places, limits.isSteady(0)]).toEqual([16, false]);
    expect(limits.perMs(sofar, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(limits.readyAt(sofar, 0)).toBeLessThanOrEqual(0);
  });

  test('spreads calls while it searches, so that those answered together are not followed by others together', () => {
    const limits = new LearnedLimits(1_000);
    limits.send(1, 0, 0);
    limits.answered(sent, 1_000);
    const sofar = { requests: 1, tokens: 10 };
    limits.readyAt(sofar, 1_000);
    for (let attempt = 2; attempt < 5; attempt++) limits.send(attempt, 10, 1_000);
    // 16 places, 1.5 times as fast as they come free.
    expect(limits.readyAt(sofar, 1_000)).toBeCloseTo(1_000 - 25 + (3 * 1_000) / 24);
  });

  test('heeds what is announced of tokens', () => {
    const limits = new LearnedLimits(1_000);
    const sofar = { requests: 1, tokens: 10 };
    limits.hear({ tokens: { remaining: 1_000, resetMs: 1_000 } }, sent, sofar, 0);
    limits.readyAt(sofar, 0);
    limits.send(2, 500, 0);
    expect(limits.readyAt({ requests: 2, tokens: 510 }, 0)).toBeGreaterThan(400);
    limits.giveBack(400);
    expect(limits.readyAt({ requests: 2, tokens: 110 }, 0)).toBeLessThan(200);
  });
});

import type { CallContext } from '../../../src/base/call-context.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { createRandom, type Random } from '../../../src/base/random.ts';
import type { Model, ProviderLimits } from '../../../src/model/model.ts';
import { ModelCallError } from '../../../src/model/model-call-error.ts';
import type { Decision } from '../../../src/protocol.ts';

/** How a provider counts. `perSecond` may change during the run. */
export type Counting =
  | { readonly kind: 'bucket'; readonly burst: number }
  | { readonly kind: 'fixed' | 'sliding'; readonly windowMs: number }
  | { readonly kind: 'at-once'; readonly most: number };

export interface FakeProviderOptions {
  readonly clock: Clock;
  readonly counting: Counting;
  readonly perSecond: number | ((ms: number) => number);
  /** Milliseconds of an answer, and of a refusal. */
  readonly latency: (random: Random) => number;
  readonly refusalMs?: (random: Random) => number;
  readonly retryAfter?: 'seconds' | 'ms' | 'none';
  /** `bucket`: the reset is when the bucket is full. */
  readonly headers?: boolean;
  /** Milliseconds from one to the other in which every request fails with 503. */
  readonly outages?: readonly (readonly [from: number, to: number])[];
}

const DECISION: Decision = {
  reply: 'ok',
  toolCalls: [],
  final: true,
  usage: { inputTokens: 10, outputTokens: 10 },
  serviceMs: 1,
};

/** A provider of models with a limit, as a model, and what it has seen. */
export function createFakeProvider(options: FakeProviderOptions) {
  const { clock, counting, latency, refusalMs = () => 5, retryAfter = 'none', headers = false } = options;
  const { outages = [] } = options;
  const random = createRandom(7);
  const perSecond = (): number =>
    typeof options.perSecond === 'number' ? options.perSecond : options.perSecond(clock.elapsed());
  const counter = createCounter(counting, perSecond, clock);
  const seen = { allowed: [] as number[], refused: [] as number[], failed: 0, inFlight: 0, mostInFlight: 0 };

  async function serve(context: CallContext, onLimits?: (limits: ProviderLimits) => void): Promise<Decision> {
    // On the way.
    await context.sleep(1 + random.next() * 4);
    const now = clock.elapsed();
    if (outages.some(([from, to]) => now >= from && now < to)) {
      await context.sleep(refusalMs(random));
      seen.failed++;
      throw new ModelCallError('MODEL_FAILED', '503', { retryable: true, status: 503 });
    }
    const isTaken = counter.take();
    const said = headers ? { limits: { requests: counter.state() } } : {};
    if (!isTaken) {
      seen.refused.push(now);
      const { resetMs } = counter.state();
      const waitMs = counter.waitMs?.() ?? resetMs;
      await context.sleep(refusalMs(random));
      const asked =
        retryAfter === 'none'
          ? {}
          : { retryAfterMs: retryAfter === 'seconds' ? Math.max(1, Math.ceil(waitMs / 1_000)) * 1_000 : waitMs };
      throw new ModelCallError('MODEL_FAILED', '429', { throttled: true, status: 429, ...asked, ...said });
    }
    seen.allowed.push(now);
    await context.sleep(latency(random));
    counter.giveBack?.();
    if (said.limits !== undefined) onLimits?.(said.limits);
    return DECISION;
  }

  const model: Model = {
    name: 'fake',
    async decide(_, context, onLimits) {
      seen.inFlight++;
      seen.mostInFlight = Math.max(seen.mostInFlight, seen.inFlight);
      try {
        return await serve(context, onLimits);
      } finally {
        seen.inFlight--;
      }
    },
  };
  return { model, seen };
}

interface Counter {
  take(): boolean;
  state(): { limit: number; remaining: number; resetMs: number };
  waitMs?(): number;
  giveBack?(): void;
}

function createCounter(counting: Counting, perSecond: () => number, clock: Clock): Counter {
  switch (counting.kind) {
    case 'bucket':
      return bucket(counting.burst, perSecond, clock);
    case 'fixed':
      return fixedWindow(counting.windowMs, perSecond, clock);
    case 'sliding':
      return slidingWindow(counting.windowMs, perSecond, clock);
    case 'at-once':
      return atOnce(counting.most);
  }
}

function bucket(burst: number, perSecond: () => number, clock: Clock): Counter {
  let left = burst;
  let at = clock.elapsed();
  const refill = (): void => {
    const now = clock.elapsed();
    left = Math.min(burst, left + ((now - at) / 1_000) * perSecond());
    at = now;
  };
  return {
    take() {
      refill();
      if (left < 1) return false;
      left--;
      return true;
    },
    state: () => ({ limit: burst, remaining: Math.floor(left), resetMs: ((burst - left) / perSecond()) * 1_000 }),
    waitMs: () => ((1 - left) / perSecond()) * 1_000,
  };
}

function fixedWindow(windowMs: number, perSecond: () => number, clock: Clock): Counter {
  let window = -1;
  let used = 0;
  const limit = (): number => Math.floor((perSecond() * windowMs) / 1_000);
  const roll = (): void => {
    const current = Math.floor(clock.elapsed() / windowMs);
    if (current !== window) used = 0;
    window = current;
  };
  return {
    take() {
      roll();
      if (used >= limit()) return false;
      used++;
      return true;
    },
    state() {
      roll();
      return { limit: limit(), remaining: limit() - used, resetMs: (window + 1) * windowMs - clock.elapsed() };
    },
  };
}

function slidingWindow(windowMs: number, perSecond: () => number, clock: Clock): Counter {
  const taken: number[] = [];
  let head = 0;
  const limit = (): number => Math.floor((perSecond() * windowMs) / 1_000);
  const drop = (): void => {
    while (head < taken.length && taken[head]! <= clock.elapsed() - windowMs) head++;
  };
  return {
    take() {
      drop();
      if (taken.length - head >= limit()) return false;
      taken.push(clock.elapsed());
      return true;
    },
    state() {
      drop();
      const oldest = taken[head] ?? clock.elapsed();
      return {
        limit: limit(),
        remaining: limit() - (taken.length - head),
        resetMs: oldest + windowMs - clock.elapsed(),
      };
    },
  };
}

function atOnce(most: number): Counter {
  let held = 0;
  return {
    take() {
      if (held >= most) return false;
      held++;
      return true;
    },
    state: () => ({ limit: most, remaining: most - held, resetMs: 0 }),
    waitMs: () => 0,
    giveBack() {
      held--;
    },
  };
}

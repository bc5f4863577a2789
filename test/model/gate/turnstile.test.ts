import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { type Clock, createVirtualClock } from '../../../src/base/clock.ts';
import { RATE_BURST_MS, RETRY_AFTER_MAX_MS } from '../../../src/base/limits.ts';
import { FairQueue } from '../../../src/model/gate/fair-queue.ts';
import type { Sent } from '../../../src/model/gate/sent.ts';
import { type Entrant, Turnstile } from '../../../src/model/gate/turnstile.ts';
import { createGate, type GateOptions } from '../../../src/model/gate.ts';
import type { Model } from '../../../src/model/model.ts';
import { ModelCallError } from '../../../src/model/model-call-error.ts';
import type { RunFact } from '../../../src/protocol.ts';
import { observe, request } from '../requests.ts';
import { ToldContext } from './crowd.ts';

const refusal = (failure = {}) => new ModelCallError('MODEL_FAILED', 'HTTP 429', { throttled: true, ...failure });

class Visitor implements Entrant {
  readonly request = request();
  readonly context: ToldContext;
  readonly arrival: number;
  readonly user: string | undefined;
  isGone = false;
  sent: Sent | undefined;

  constructor(turnstile: Turnstile, clock: Clock, facts: RunFact[] = [], user?: string) {
    this.user = user;
    this.context = new ToldContext(clock, facts);
    this.arrival = turnstile.nextArrival();
    turnstile.arrive(this);
  }

  enter(sent: Sent): void {
    this.sent = sent;
  }

  giveUp(): void {
    this.isGone = true;
  }
}

describe('Turnstile', () => {
  test('lets in as many as there are places, and numbers them', () => {
    const clock = createVirtualClock();
    const turnstile = new Turnstile('m', { concurrency: 2 });
    const visitors = [1, 2, 3].map(() => new Visitor(turnstile, clock));
    expect(visitors.map(({ sent }) => sent?.attempt)).toEqual([1, 2, undefined]);
    expect([turnstile.inFlight, turnstile.waiting, turnstile.calls, turnstile.tries]).toEqual([2, 1, 3, 2]);
    turnstile.aborted(visitors[0]!, visitors[0]!.sent!);
    turnstile.next();
    expect(visitors[2]!.sent?.attempt).toBe(3);
  });

  test('pauses for everyone after a refusal, and says so, once a second', async () => {
    const clock = createVirtualClock();
    const facts: RunFact[] = [];
    const turnstile = new Turnstile('m', {});
    const visitors = [1, 2, 3].map(() => new Visitor(turnstile, clock, facts));
    for (const visitor of visitors.slice(0, 2)) {
      turnstile.waiting++;
      turnstile.refused(visitor, visitor.sent!, refusal({ retryAfterMs: 2_000 }));
      visitor.sent = undefined;
      turnstile.comeBack(visitor);
    }
    const late = new Visitor(turnstile, clock, facts);
    expect(facts).toEqual([
      {
        type: 'model.throttled',
        model: 'm',
        retryInMs: 2_000,
        concurrency: 3,
        queued: 1,
        error: { code: 'MODEL_FAILED', message: 'HTTP 429' },
      },
    ]);
    expect(turnstile.state).toEqual({ state: 'paused', until: 2_000 });
    expect(late.sent).toBeUndefined();
    await clock.sleep(2_001);
    expect([visitors[0], visitors[1], late].map((each) => each?.sent?.attempt)).toEqual([4, 5, 6]);
    expect([turnstile.state, turnstile.throttled]).toEqual([{ state: 'open' }, 2]);
  });

  test('waits for the window when an answer or a refusal says that nothing is left', () => {
    const clock = createVirtualClock();
    const turnstile = new Turnstile('m', { adaptive: true });
    const [first, second] = [new Visitor(turnstile, clock), new Visitor(turnstile, clock)];
    turnstile.hear({ requests: { remaining: 0, resetMs: 700 }, tokens: { remaining: 5 } }, first.sent!, first.context);
    expect(turnstile.state).toEqual({ state: 'paused', until: 700 });
    turnstile.waiting++;
    const limits = { requests: { remaining: 3, resetMs: 9_000 }, tokens: { remaining: 0, resetMs: 800 } };
    turnstile.refused(second, second.sent!, refusal({ limits }));
    expect(turnstile.state).toEqual({ state: 'paused', until: 800 });
    turnstile.hear({ requests: { remaining: 0, resetMs: 1e12 } }, first.sent!, first.context);
    expect(turnstile.state).toEqual({ state: 'paused', until: RETRY_AFTER_MAX_MS });
  });

  test('wakes nobody when nobody waits', async () => {
    const clock = createVirtualClock();
    const turnstile = new Turnstile('m', { rpm: 1 });
    const [, second] = [new Visitor(turnstile, clock), new Visitor(turnstile, clock)];
    second.isGone = true;
    turnstile.leave(second, true);
    turnstile.next();
    await clock.sleep(1);
    expect(clock.elapsed()).toBe(1);
  });
});

/** What a model takes at once, and how it is declared and learned. */
const waits: readonly [string, GateOptions, number?][] = [
  ['a place', { concurrency: 1 }],
  ['a few places', { concurrency: 4 }],
  ['requests a minute', { rpm: 600 }],
  ['tokens a minute', { tpm: 600 }],
  ['what is learned of places', { adaptive: true }, 3],
  ['the end of a pause', { concurrency: 2 }, 1],
];

describe('users take turns', () => {
  /** A crowd's calls at a model that has room for so many at once and refuses the others. */
  function crowd(options: GateOptions, room = Number.POSITIVE_INFINITY) {
    const clock = createVirtualClock();
    const answered: string[] = [];
    let inFlight = 0;
    const model: Model = {
      name: 'm',
      async decide({ observation }, context) {
        if (inFlight >= room) throw refusal();
        inFlight++;
        await context.sleep(100);
        inFlight--;
        answered.push(observation.text);
        return { reply: 'ok', toolCalls: [], final: true, usage: { inputTokens: 1, outputTokens: 1 }, serviceMs: 1 };
      },
    };
    const gate = createGate(model, options);
    const ask = (user: string | undefined, name: string) => {
      const context = new ToldContext(clock, [], name);
      context.user = user;
      return gate.decide(request(observe(name)), context);
    };
    return { clock, gate, answered, ask };
  }

  test.each(waits)('whatever they wait for: %s', async (_, options, room) => {
    const { clock, gate, answered, ask } = crowd(options, room);
    const many = Array.from({ length: 200 }, (__, index) => ask('ada', `ada ${index}`));
    await clock.sleep(1_000);
    const [before, inFlight] = [answered.length, gate.inFlight];
    const one = ask('ben', 'ben');
    await Promise.all([...many, one]);
    // Those in flight are on their way; then one of the other user at most.
    expect(answered.indexOf('ben')).toBeLessThanOrEqual(before + inFlight + 1);
    expect(answered).toHaveLength(201);
    expect(before).toBeLessThan(190);
    expect(new Set(answered).size).toBe(201);
  });

  test('a thousand sessions of one and one of each other come out evenly, also when all were refused once', async () => {
    const { answered, ask } = crowd({ adaptive: true }, 5);
    const all = Array.from({ length: 1_000 }, (_, index) => ask('ada', `ada ${index}`));
    for (const user of ['ben', 'cleo', 'dan']) all.push(...[1, 2, 3].map((index) => ask(user, `${user} ${index}`)));
    await Promise.all(all);
    const last = Math.max(...['ben 3', 'cleo 3', 'dan 3'].map((name) => answered.indexOf(name)));
    expect(last).toBeLessThan(16 + 3 * 4 + 5);
  });

  test('a call without a user is a party of its own', async () => {
    const { answered, ask } = crowd({ concurrency: 1 });
    const all = ['a1', 'a2', 'a3'].map((name) => ask('ada', name));
    all.push(ask(undefined, '-1'), ask(undefined, '-2'));
    await Promise.all(all);
    expect(answered).toEqual(['a1', 'a2', '-1', '-2', 'a3']);
  });

  test('a rehearsal is repeatable', async () => {
    const run = async () => {
      const { clock, answered, ask } = crowd({ adaptive: true }, 5);
      await Promise.all(Array.from({ length: 300 }, (_, index) => ask(`user ${index % 7}`, `${index}`)));
      return [clock.elapsed(), ...answered];
    };
    expect(await run()).toEqual(await run());
  });

  test('a call that is ended by who hears of its refusal does not come back', async () => {
    const { clock, gate, ask } = crowd({ retries: 3 }, 0);
    const context = new ToldContext(clock);
    context.user = 'ada';
    context.tell = () => context.abort(new Error('stopped'));
    await expect(gate.decide(request(), context)).rejects.toThrow('stopped');
    await clock.sleep(60_000);
    expect([gate.inFlight, gate.waiting, gate.stats().tries]).toEqual([0, 0, 1]);
    ask('ada', 'next').catch(() => undefined);
    expect([gate.inFlight + gate.waiting, gate.stats().tries]).toEqual([1, 2]);
  });

  test('a user is forgotten when its calls are over, however they end', async () => {
    const clock = createVirtualClock();
    const turnstile = new Turnstile('m', { concurrency: 1 });
    const [first, second, third] = ['ada', 'ben', 'ben'].map((user) => new Visitor(turnstile, clock, [], user));
    expect(turnstile.users).toBe(2);
    turnstile.answered(first!, first!.sent!, undefined);
    expect(turnstile.users).toBe(1);
    second!.isGone = true;
    turnstile.leave(second!, true);
    turnstile.next();
    expect([turnstile.users, third!.sent?.attempt]).toEqual([1, 2]);
    turnstile.waiting++;
    turnstile.failed(third!, third!.sent!, new Error('HTTP 503'));
    expect(turnstile.users).toBe(1);
    turnstile.comeBack(third!);
    turnstile.aborted(third!, third!.sent!);
    expect(turnstile.users).toBe(0);
  });
});

interface Plan {
  readonly at: number;
  readonly user: string | undefined;
  readonly ms: number;
  readonly abortAt: number | undefined;
  readonly outcomes: readonly ('ok' | 'throttled' | 'retryable' | 'fatal' | 'hangs')[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  at: fc.nat(2_000),
  user: fc.constantFrom('ada', 'ben', undefined, undefined),
  ms: fc.nat(500),
  abortAt: fc.option(fc.nat(4_000), { nil: undefined }),
  outcomes: fc.array(fc.constantFrom('ok', 'throttled', 'retryable', 'fatal', 'hangs'), { maxLength: 4 }),
});

const terms: fc.Arbitrary<GateOptions> = fc.record(
  {
    concurrency: fc.integer({ min: 1, max: 5 }),
    rpm: fc.integer({ min: 60, max: 6_000 }),
    tpm: fc.integer({ min: 10_000, max: 1_000_000 }),
    retries: fc.nat(3),
    adaptive: fc.boolean(),
    timeoutMs: fc.integer({ min: 100, max: 1_000 }),
  },
  { requiredKeys: [] },
);

/** Plays calls against a gate, and holds what has to be so whatever they do. */
async function play(options: GateOptions, plans: readonly Plan[]) {
  const clock = createVirtualClock();
  const sends: { call: number; at: number }[] = [];
  let inFlight = 0;
  let most = 0;
  const tries = plans.map(() => 0);
  const model: Model = {
    name: 'm',
    async decide({ observation }, context) {
      const call = Number(observation.text);
      sends.push({ call, at: clock.elapsed() });
      inFlight++;
      most = Math.max(most, gate.inFlight);
      let isOver = false;
      const leave = () => {
        if (!isOver) inFlight--;
        isOver = true;
      };
      context.onAbort(leave);
      const outcome = plans[call]!.outcomes[tries[call]!++] ?? 'ok';
      await context.sleep(outcome === 'hangs' ? 1e6 : plans[call]!.ms);
      leave();
      if (outcome === 'throttled') throw refusal();
      if (outcome === 'retryable') throw new ModelCallError('MODEL_FAILED', 'HTTP 503', { retryable: true });
      if (outcome === 'fatal') throw new Error('HTTP 400');
      return { reply: 'ok', toolCalls: [], final: true, usage: { inputTokens: 5, outputTokens: 5 }, serviceMs: 1 };
    },
  };
  const gate = createGate(model, options);
  const settled = plans.map(() => 0);
  const count = (call: number) => () => {
    settled[call]!++;
  };
  await Promise.all(
    plans.map(async ({ at, user, abortAt }, call) => {
      const context = new ToldContext(clock, [], `agent/${call}`);
      context.user = user;
      if (abortAt !== undefined) clock.setTimer(abortAt, () => context.abort(new Error('stopped')));
      await clock.sleep(at);
      await gate.decide(request(observe(`${call}`)), context).then(count(call), count(call));
    }),
  );
  return { clock, gate, sends, settled, most, inFlight };
}

describe('whatever calls do', () => {
  test('each settles once, never too many are in flight, all places come back, no timer stays and no user', async () => {
    const meet = vi.spyOn(FairQueue.prototype, 'meet');
    const part = vi.spyOn(FairQueue.prototype, 'part');
    await fc.assert(
      fc.asyncProperty(terms, fc.array(plan, { minLength: 1, maxLength: 12 }), async (options, plans) => {
        const { clock, gate, settled, most, inFlight } = await play(options, plans);
        expect(settled).toEqual(plans.map(() => 1));
        expect([gate.inFlight, gate.waiting, inFlight]).toEqual([0, 0, 0]);
        expect(part.mock.calls.length).toBe(meet.mock.calls.length);
        expect(new Set(part.mock.calls.flat()).size).toBe(part.mock.calls.length);
        meet.mockClear();
        part.mockClear();
        expect(most).toBeLessThanOrEqual(options.concurrency ?? Number.POSITIVE_INFINITY);
        // Only the aborts of this test may still come: then time stands still.
        const end = Math.max(clock.elapsed(), ...plans.map(({ abortAt }) => abortAt ?? 0)) + 1;
        await clock.sleep(end - clock.elapsed());
        for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
        expect(clock.elapsed()).toBe(end);
        const { calls, tries } = gate.stats();
        expect(calls).toBe(plans.length);
        expect(tries).toBeLessThanOrEqual(plans.length * 5);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test('no span of time has more requests than its rate and the burst', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 60, max: 3_000 }),
        fc.boolean(),
        async (plans, rpm, adaptive) => {
          const { sends } = await play({ rpm, adaptive, timeoutMs: 500 }, plans);
          for (let from = 0; from < sends.length; from++) {
            for (let to = from; to < sends.length; to++) {
              const ms = sends[to]!.at - sends[from]!.at;
              expect(to - from).toBeLessThanOrEqual(((ms + RATE_BURST_MS) / 60_000) * rpm + 1e-6);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  test('calls of each user go in the order in which they came, and all do without users', async () => {
    await fc.assert(
      fc.asyncProperty(
        terms,
        fc.array(plan, { minLength: 2, maxLength: 12 }),
        fc.boolean(),
        async (options, plans, hasUsers) => {
          const patient = plans.map((each) => ({
            ...each,
            abortAt: undefined,
            user: hasUsers ? each.user : undefined,
          }));
          const { sends } = await play(options, patient);
          const firsts = patient.map((_, call) => sends.findIndex((sent) => sent.call === call));
          const byArrival = patient.map((_, call) => call).sort((a, b) => patient[a]!.at - patient[b]!.at || a - b);
          for (const user of ['ada', 'ben', ...(hasUsers ? [] : [undefined])]) {
            // Those that were given up before their turn came were never sent.
            const own = byArrival.filter((call) => patient[call]!.user === user && firsts[call]! >= 0);
            const order = own.map((call) => firsts[call]!);
            expect(order).toEqual([...order].sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});

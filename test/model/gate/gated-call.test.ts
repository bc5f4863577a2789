import { describe, expect, test } from 'vitest';
import { type Clock, createVirtualClock } from '../../../src/base/clock.ts';
import { MODEL_RETRY_MS, RETRY_AFTER_MAX_MS } from '../../../src/base/limits.ts';
import { createGate } from '../../../src/model/gate.ts';
import type { Model, ModelContext } from '../../../src/model/model.ts';
import { ModelCallError, type ModelCallFailure } from '../../../src/model/model-call-error.ts';
import type { ModelRequest, RunFact } from '../../../src/protocol.ts';
import { observe, request } from '../requests.ts';
import { ToldContext } from './crowd.ts';
import { createFakeProvider } from './fake-provider.ts';

const decision = { reply: 'ok', toolCalls: [], final: true, usage: { inputTokens: 10, outputTokens: 5 }, serviceMs: 7 };

function fails(failure: ModelCallFailure): ModelCallError {
  return new ModelCallError('MODEL_FAILED', 'Cannot reach it: HTTP 503', failure);
}

/** Fails so often, then answers; every try takes 10 ms. */
function flaky(failures: number, failure: ModelCallFailure = { retryable: true }) {
  const tries: number[] = [];
  const model: Model = {
    name: 'm',
    async decide(_: ModelRequest, context: ModelContext) {
      tries.push(context.clock.elapsed());
      await context.sleep(10);
      if (tries.length <= failures) throw fails(failure);
      return decision;
    },
  };
  return { model, tries };
}

function start(model: Model, options: Parameters<typeof createGate>[1], clock: Clock = createVirtualClock()) {
  const facts: RunFact[] = [];
  const gate = createGate(model, options);
  const context = new ToldContext(clock, facts);
  return { gate, clock, facts, context, answer: gate.decide(request(), context) };
}

describe('a failure that may pass', () => {
  test('is tried again after a random part of a delay that doubles, and told', async () => {
    const { model, tries } = flaky(3);
    const { answer, facts, gate } = start(model, { retries: 3 });
    expect((await answer).reply).toBe('ok');
    expect(tries).toHaveLength(4);
    for (const [index, at] of tries.slice(1).entries()) {
      const delay = at - tries[index]! - 10;
      expect(delay).toBeGreaterThan(0);
      expect(delay).toBeLessThan(MODEL_RETRY_MS * 2 ** index);
      expect(facts[index]).toEqual({
        type: 'model.retried',
        agent: 'analyst/3',
        turn: 1,
        model: 'm',
        error: { code: 'MODEL_FAILED', message: 'Cannot reach it: HTTP 503' },
        tries: index + 1,
        retryInMs: expect.closeTo(delay, 6),
      });
    }
    expect(gate.stats()).toMatchObject({ calls: 1, tries: 4, retries: 3, throttled: 0, state: 'open' });
  });

  test('fails the call when there are no tries left, with the last error', async () => {
    const { model, tries } = flaky(3);
    const { answer, gate } = start(model, { retries: 2 });
    await expect(answer).rejects.toMatchObject({ code: 'MODEL_FAILED', message: 'Cannot reach it: HTTP 503' });
    expect([tries.length, gate.inFlight, gate.waiting]).toEqual([3, 0, 0]);
  });

  test('is not tried again without retries, or when it will not pass', async () => {
    for (const [options, failure] of [
      [{}, { retryable: true }],
      [{ retries: 0, adaptive: true }, { retryable: true }],
      [{ retries: 3 }, {}],
    ] as const) {
      const { model, tries } = flaky(1, failure);
      await expect(start(model, options).answer).rejects.toThrow('HTTP 503');
      expect(tries).toHaveLength(1);
    }
  });

  test('is three times tried again by default where limits are learned', async () => {
    const { model, tries } = flaky(9);
    await expect(start(model, { adaptive: true }).answer).rejects.toThrow('HTTP 503');
    expect(tries).toHaveLength(4);
  });

  test('waits as long as the provider asks, within bounds', async () => {
    for (const [asked, waited] of [
      [3_000, 3_000],
      [1e9, RETRY_AFTER_MAX_MS],
    ] as const) {
      const { model, tries } = flaky(1, { retryable: true, retryAfterMs: asked });
      await start(model, { retries: 1 }).answer;
      expect(tries[1]).toBe(10 + waited);
    }
  });

  test('does not hold a place while it waits', async () => {
    const clock = createVirtualClock();
    const { model, tries } = flaky(1, { retryable: true, retryAfterMs: 1_000 });
    const { answer, gate } = start(model, { retries: 1, concurrency: 1 }, clock);
    await clock.sleep(20);
    expect([gate.inFlight, gate.waiting]).toEqual([0, 1]);
    await gate.decide(request(), new ToldContext(clock));
    expect(tries).toEqual([0, 20]);
    await answer;
    expect(tries).toEqual([0, 20, 1_010]);
  });

  test('can be given up while it waits', async () => {
    const { model, tries } = flaky(1, { retryable: true, retryAfterMs: 1_000 });
    const { answer, gate, clock, context } = start(model, { retries: 1 });
    await clock.sleep(20);
    context.abort(new Error('stopped'));
    await expect(answer).rejects.toThrow('stopped');
    expect([gate.inFlight, gate.waiting, tries.length, clock.elapsed()]).toEqual([0, 0, 1, 20]);
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect(clock.elapsed()).toBe(20);
  });

  test('can be given up by who is told of it', async () => {
    const { model, tries } = flaky(20);
    const clock = createVirtualClock();
    const gate = createGate(model, { retries: 20 });
    const context = new ToldContext(clock);
    context.tell = () => context.abort(new Error('enough'));
    await expect(gate.decide(request(), context)).rejects.toThrow('enough');
    expect([gate.inFlight, gate.waiting, tries.length]).toEqual([0, 0, 1]);
  });
});

describe('a refusal', () => {
  test('holds up everyone, keeps the order, and is no retry', async () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    const model: Model = {
      name: 'm',
      async decide({ observation }, context) {
        seen.push(`${observation.text}@${clock.elapsed()}`);
        await context.sleep(10);
        if (seen.length <= 2) throw fails({ throttled: true, retryAfterMs: 1_000 });
        return decision;
      },
    };
    const gate = createGate(model, { concurrency: 2 });
    const facts: RunFact[] = [];
    const calls = ['a', 'b', 'c', 'd'].map((text) =>
      gate.decide(request(observe(text)), new ToldContext(clock, facts)),
    );
    await Promise.all(calls);
    expect(seen).toEqual(['a@0', 'b@0', 'a@1010', 'b@1010', 'c@1020', 'd@1020']);
    expect(facts.map(({ type }) => type)).toEqual(['model.throttled']);
    expect(gate.stats()).toMatchObject({ tries: 6, retries: 0, throttled: 2 });
  });

  test('can be waited for as long as it takes', async () => {
    const { model, tries } = flaky(40, { throttled: true });
    const { answer, clock } = start(model, {});
    expect((await answer).reply).toBe('ok');
    expect(tries).toHaveLength(41);
    expect(clock.elapsed()).toBeGreaterThan(10 * 60_000);
  });

  test('can be given up while it is waited for', async () => {
    const { model, tries } = flaky(1, { throttled: true, retryAfterMs: 60_000 });
    const { answer, clock, context, gate } = start(model, { adaptive: true });
    await clock.sleep(100);
    expect([gate.waiting, gate.stats().state, gate.stats().until]).toEqual([1, 'paused', 60_010]);
    context.abort(new Error('stopped'));
    await expect(answer).rejects.toThrow('stopped');
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect([gate.waiting, tries.length, clock.elapsed()]).toEqual([0, 1, 100]);
  });
});

describe('a deadline', () => {
  test('ends a try alone, which hears of it; the next may be in time', async () => {
    const signals: AbortSignal[] = [];
    const model: Model = {
      name: 'm',
      async decide(_, context) {
        signals.push(context.signal);
        await context.sleep(signals.length === 1 ? 10_000 : 10);
        return decision;
      },
    };
    const { answer, context } = start(model, { timeoutMs: 500, retries: 1 });
    expect((await answer).reply).toBe('ok');
    expect([signals[0]?.aborted, signals[1]?.aborted, context.isAborted]).toEqual([true, false, false]);
    expect(signals[0]?.reason).toMatchObject({ code: 'MODEL_TIMEOUT' });
  });

  test('fails the call in the end', async () => {
    const model: Model = { name: 'm', decide: () => new Promise(() => undefined) };
    const { answer, context, gate } = start(model, { timeoutMs: 500, retries: 2 });
    await expect(answer).rejects.toMatchObject({
      code: 'MODEL_TIMEOUT',
      message: 'Cannot wait longer for model "m": no answer in 500 ms',
    });
    expect([context.isAborted, gate.inFlight, gate.stats().tries]).toEqual([false, 0, 3]);
  });

  test('an answer and text of a try that was too late are not passed on', async () => {
    const texts: string[] = [];
    let tries = 0;
    const model: Model = {
      name: 'm',
      async decide(_, { clock, onText }) {
        const text = `${++tries}`;
        await clock.sleep(tries === 1 ? 600 : 700);
        onText?.(text);
        return { ...decision, reply: text };
      },
    };
    const clock = createVirtualClock();
    const context = Object.assign(new ToldContext(clock), { onText: (text: string) => texts.push(text) });
    const gate = createGate(model, { timeoutMs: 500, retries: 1 });
    await expect(gate.decide(request(), context)).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' });
    await clock.sleep(2_000);
    expect([texts, tries]).toEqual([[], 2]);
  });
});

describe('an outage', () => {
  const outages = [[1_000, 21_000]] as const;

  test('of 500 calls in flight none fails, none is asked meanwhile but one, and all go on', async () => {
    const clock = createVirtualClock();
    const { model, seen } = createFakeProvider({
      clock,
      counting: { kind: 'bucket', burst: 1e9 },
      perSecond: 1e9,
      latency: () => 900,
      outages,
    });
    const facts: RunFact[] = [];
    const gate = createGate(model, { retries: 3 });
    const ask = async (agent: number) => {
      for (let call = 0; call < 3; call++) {
        await gate.decide(request(), new ToldContext(clock, facts, `agent/${agent}`, `${call}`));
      }
    };
    await Promise.all(Array.from({ length: 500 }, (_, agent) => ask(agent)));
    // All 500 as it begins, and one after 5 s and 15 s; the one after 35 s is answered.
    expect(seen.failed).toBe(502);
    const told = facts.filter(({ type }) => type === 'model.tripped' || type === 'model.restored');
    expect(told.map(({ type }) => type)).toEqual(['model.tripped', 'model.tripped', 'model.tripped', 'model.restored']);
    expect(told[0]).toMatchObject({ retryInMs: 5_000 });
    expect(gate.stats()).toMatchObject({ calls: 1_500, tries: 2_002, retries: 502, trips: 3, state: 'open' });
  });

  test('is waited for by those who have not had to try, and ends for those who did', async () => {
    const clock = createVirtualClock();
    const { model } = createFakeProvider({
      clock,
      counting: { kind: 'bucket', burst: 1e9 },
      perSecond: 1e9,
      latency: () => 900,
      outages: [[1_000, 300_000]],
    });
    const gate = createGate(model, { retries: 3 });
    await gate.decide(request(), new ToldContext(clock, [], 'agent/first'));
    await clock.sleep(200);
    const settled = await Promise.allSettled(
      Array.from({ length: 100 }, (_, agent) => gate.decide(request(), new ToldContext(clock, [], `agent/${agent}`))),
    );
    const failed = settled.filter(({ status }) => status === 'rejected');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(5);
  });

  test('that was there from the start is not waited for: nobody has answered once', async () => {
    const clock = createVirtualClock();
    const { model, seen } = createFakeProvider({
      clock,
      counting: { kind: 'bucket', burst: 1e9 },
      perSecond: 1e9,
      latency: () => 10,
      outages: [[0, 300_000]],
    });
    const gate = createGate(model, { retries: 3, concurrency: 20 });
    const ask = (agent: number) => gate.decide(request(), new ToldContext(clock, [], `agent/${agent}`));
    const settled = await Promise.allSettled(Array.from({ length: 100 }, (_, agent) => ask(agent)));
    for (const one of settled) {
      const message = expect.stringMatching(/^Cannot reach model ".*", which has not answered once: /);
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'MODEL_UNAVAILABLE', message } });
    }
    expect(clock.elapsed()).toBeLessThan(20_000);
    expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
    await expect(ask(101)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    const failed = seen.failed;
    // Later one may try again, and when it is there at last, everybody may.
    await clock.sleep(300_000);
    await ask(102);
    expect([seen.failed, gate.stats().state]).toEqual([failed, 'open']);
  });

  test('a new call waits too, and can be given up', async () => {
    const clock = createVirtualClock();
    const { model, seen } = createFakeProvider({
      clock,
      counting: { kind: 'bucket', burst: 1e9 },
      perSecond: 1e9,
      latency: () => 10,
      outages: [[0, 4_000]],
    });
    const gate = createGate(model, { retries: 3 });
    const calls = Array.from({ length: 20 }, () => gate.decide(request(), new ToldContext(clock)));
    await clock.sleep(100);
    expect([gate.stats().state, gate.inFlight, gate.waiting]).toEqual(['tripped', 0, 20]);
    const context = new ToldContext(clock);
    const late = gate.decide(request(), context);
    expect([gate.inFlight, gate.waiting]).toEqual([0, 21]);
    context.abort(new Error('stopped'));
    await expect(late).rejects.toThrow('stopped');
    await Promise.all(calls);
    expect([seen.failed, gate.stats().until]).toEqual([20, undefined]);
  });
});

describe('what a call brings along', () => {
  test('a first try has the chance of a call without a gate', async () => {
    const draws: number[] = [];
    const model: Model = {
      name: 'm',
      async decide(_, context) {
        draws.push(context.random.next());
        if (draws.length === 3) throw fails({ retryable: true });
        return decision;
      },
    };
    await start(model, {}).answer;
    await start(model, { adaptive: true }).answer;
    await start(model, { retries: 1 }).answer;
    expect(draws[1]).toBe(draws[0]);
    expect(draws[2]).toBe(draws[0]);
    expect(draws[3]).not.toBe(draws[0]);
  });

  test('a price', async () => {
    const { model } = flaky(0);
    const price = { inputUsd: 1, outputUsd: 10 };
    expect((await start(model, { price }).answer).usage).toEqual({
      inputTokens: 10,
      outputTokens: 5,
      costUsd: expect.closeTo(60 / 1e6, 12),
    });
    expect((await start(model, {}).answer).usage).toEqual({ inputTokens: 10, outputTokens: 5 });
  });

  test('limits that are announced, if they are learned; not after the call is over', async () => {
    const heard: boolean[] = [];
    let say: (limits: object) => void = () => undefined;
    const model: Model = {
      name: 'm',
      async decide(_, __, onLimits) {
        heard.push(onLimits !== undefined);
        say = onLimits ?? say;
        onLimits?.({ requests: { remaining: 5, resetMs: 1_000 } });
        return decision;
      },
    };
    await start(model, {}).answer;
    const { gate, answer } = start(model, { adaptive: true });
    await answer;
    say({ requests: { remaining: 0, resetMs: 60_000 } });
    expect([heard, gate.stats().state]).toEqual([[false, true], 'open']);
  });

  test('a wait, which is counted whole', async () => {
    const { model } = flaky(1, { throttled: true, retryAfterMs: 1_000 });
    const { answer, gate } = start(model, {});
    await answer;
    expect(gate.stats().waitMs).toEqual({ p50: 1_000, p99: 1_000, max: 1_000 });
  });
});

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, createRealClock, createVirtualClock } from '../../../src/base/clock.ts';
import { TroupeError } from '../../../src/base/errors.ts';
import { TOOL_RETRY_MAX_MS, TOOL_RETRY_MS } from '../../../src/base/limits.ts';
import { createSemaphore } from '../../../src/base/semaphore.ts';
import type { JsonObject, RunFact } from '../../../src/protocol.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { ResultCache } from '../../../src/tools/terms/result-cache.ts';
import type { ToolTerms } from '../../../src/tools/terms/tool-terms.ts';
import type { Tool, ToolContext } from '../../../src/tools/tool.ts';
import { createContext, createTool } from '../tool-context.ts';

const escaped: unknown[] = [];
const note = (error: unknown): void => void escaped.push(error);
beforeEach(() => {
  escaped.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(escaped).toEqual([]);
});

const NONE: ToolTerms = { retries: 0, places: undefined, cache: undefined };
const call = (args: JsonObject = {}, id = 'c1') => ({ id, name: 't', args });
const retrying = (retries: number, execute: (...args: any[]) => unknown, rest: Partial<Tool> = {}) =>
  createTool(execute, { timeoutMs: 60_000, terms: { ...NONE, retries }, ...rest });
const run = (tool: Tool, context: ToolContext = createContext(), args: JsonObject = {}) =>
  runToolCall(call(args), tool, context);

describe('retries', () => {
  const failing = (times: number, then: unknown = 'done') => {
    const at: number[] = [];
    const execute = (_: JsonObject, { clock }: ToolContext): unknown => {
      at.push(clock.elapsed());
      if (at.length > times) return then;
      return at.length % 2 === 0 ? Promise.reject(new Error('later')) : fail();
    };
    const fail = (): never => {
      throw new Error('now');
    };
    return { at, execute };
  };

  test('make a call again that threw or rejected, until it succeeds', async () => {
    const { at, execute } = failing(2);
    const facts: RunFact[] = [];
    const context = createContext({ agent: 'a/3', tell: (fact) => facts.push(fact) });
    expect(await run(retrying(5, execute), context)).toMatchObject({ isError: false, content: 'done' });
    expect(at).toHaveLength(3);
    const common = { type: 'tool.retried', agent: 'a/3', turn: 1, callId: 'c1', name: 't' };
    expect(facts).toEqual([
      { ...common, error: { code: 'ERROR', message: 'Tool "t" failed: now' }, tries: 1 },
      { ...common, error: { code: 'ERROR', message: 'Tool "t" failed: later' }, tries: 2 },
    ]);
  });

  test('are as many as declared; then the last failure is the result', async () => {
    const { at, execute } = failing(9);
    expect(await run(retrying(3, execute))).toMatchObject({
      isError: true,
      content: { error: 'Tool "t" failed: later' },
    });
    expect(at).toHaveLength(4);
  });

  test('wait twice as long each time, by half at random, up to a limit', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer(), async (retries, seed) => {
        const { at, execute } = failing(retries);
        const tool = retrying(retries, execute, { timeoutMs: 1e9 });
        await run(tool, createContext({ seed }));
        for (let i = 1; i < at.length; i++) {
          const full = Math.min(TOOL_RETRY_MAX_MS, TOOL_RETRY_MS * 2 ** (i - 1));
          const waited = (at[i] ?? 0) - (at[i - 1] ?? 0);
          expect(waited).toBeGreaterThanOrEqual(full / 2);
          expect(waited).toBeLessThanOrEqual(full);
        }
        const again = failing(retries);
        await run(retrying(retries, again.execute, { timeoutMs: 1e9 }), createContext({ seed }));
        expect(again.at).toEqual(at);
      }),
      { numRuns: 30 },
    ));

  test('keep the key, so that an effect comes once', async () => {
    const keys: string[] = [];
    const tool = retrying(2, (_, { idempotencyKey }) => {
      keys.push(idempotencyKey);
      if (keys.length < 3) throw new Error('lost');
    });
    await run(tool);
    expect(keys).toEqual(['key', 'key', 'key']);
  });

  test.each<[string, (...args: any[]) => unknown]>([
    ['arguments that do not fit, by the tool', () => Promise.reject(new TroupeError('TOOL_ARGUMENTS', 'no such day'))],
    ['a result that is no JSON', () => 1n],
    ['a result that is too long', () => 'x'.repeat(2_000_000)],
  ])('are not made after %s', async (_, execute) => {
    let calls = 0;
    const tool = retrying(3, () => {
      calls++;
      return execute();
    });
    expect((await run(tool)).isError).toBe(true);
    expect(calls).toBe(1);
  });

  test('are not made after arguments that do not fit by the schema', async () => {
    const tool = retrying(3, () => expect.unreachable(), { parameters: { required: ['x'] } });
    expect((await run(tool)).isError).toBe(true);
  });

  test('are made outside of what virtual time waits for', async () => {
    const clock = createVirtualClock();
    const { at, execute } = failing(2);
    const tool = retrying(2, async (...args) => execute(args[0], args[1]), { external: true });
    const [result] = await Promise.all([run(tool, createContext({ clock })), clock.sleep(1)]);
    expect(result).toMatchObject({ isError: false, content: 'done' });
    expect(at[1]).toBeGreaterThanOrEqual(TOOL_RETRY_MS / 2);
    expect(clock.realElapsed()).toBeLessThan(1_000);
  });

  test('are made on the real clock too', async () => {
    const clock = createRealClock();
    const { at, execute } = failing(1);
    expect((await run(retrying(1, execute), createContext({ clock }))).content).toBe('done');
    expect(at).toHaveLength(2);
    clock.stop();
  });

  test('that a promise-like asks for twice are made once', async () => {
    let calls = 0;
    const twice = Object.fromEntries([
      ['then', (_: unknown, no: (error: unknown) => void) => [no(new Error('1')), no(new Error('2'))]],
    ]);
    expect(
      await run(
        retrying(1, () => {
          calls++;
          return calls === 1 ? twice : 'done';
        }),
      ),
    ).toMatchObject({ content: 'done' });
    expect(calls).toBe(2);
  });
});

describe('the deadline', () => {
  test('is one for all tries', async () => {
    const clock = createVirtualClock();
    let calls = 0;
    const execute = (_: JsonObject, context: ToolContext) => {
      calls++;
      return calls < 3 ? Promise.reject(new Error('x')) : context.sleep(1e6);
    };
    const result = await run(retrying(9, execute, { timeoutMs: 5_000 }), createContext({ clock }));
    expect(result).toMatchObject({
      isError: true,
      content: { error: 'Tool "t" did not finish within 5000 ms' },
      serviceMs: 5_000,
    });
    expect(clock.elapsed()).toBe(5_000);
    expect(calls).toBe(3);
  });

  test('that would come before the next try ends the call at once, with what went wrong', async () => {
    const clock = createVirtualClock();
    const tool = retrying(9, () => Promise.reject(new Error('down')), { timeoutMs: 100 });
    const result = await run(tool, createContext({ clock }));
    expect(result.content).toEqual({ error: 'Tool "t" failed: down' });
    expect(clock.elapsed()).toBe(0);
  });

  test('does not count the wait for a place', async () => {
    const clock = createVirtualClock();
    const terms = { ...NONE, places: createSemaphore(1) };
    const tool = createTool((_, context) => context.sleep(800), { timeoutMs: 1_000, terms });
    const results = await Promise.all([1, 2, 3].map(() => run(tool, createContext({ clock }))));
    expect(results.map(({ isError, serviceMs }) => [isError, serviceMs])).toEqual([
      [false, 800],
      [false, 800],
      [false, 800],
    ]);
    expect(clock.elapsed()).toBe(2_400);
  });
});

describe('serviceMs', () => {
  test('has the tries before in it, and the waits between them', async () => {
    const clock = createVirtualClock();
    let calls = 0;
    const tool = retrying(2, async (_, context) => {
      calls++;
      await context.sleep(10);
      if (calls < 3) throw new Error('x');
    });
    const { serviceMs } = await run(tool, createContext({ clock }));
    expect(serviceMs).toBeCloseTo(clock.elapsed(), 3);
    expect(serviceMs).toBeGreaterThan(30 + TOOL_RETRY_MS / 2);
  });

  test('believes the tool for each of its tries', async () => {
    const clock = createVirtualClock();
    let calls = 0;
    const tool = retrying(1, (_, context) => {
      calls++;
      context.serviceMs = 7;
      if (calls === 1) throw new Error('x');
    });
    expect((await run(tool, createContext({ clock }))).serviceMs).toBeCloseTo(clock.elapsed() + 14, 3);
  });

  test('of a call that was aborted is what it took until then, and nothing while it waited', async () => {
    const clock = createVirtualClock();
    const tool = createTool((_, context) => context.sleep(500), { terms: { ...NONE, places: createSemaphore(1) } });
    const contexts = [createContext({ clock }), createContext({ clock })];
    const running = contexts.map((context) => run(tool, context));
    clock.setTimer(20, () => {
      for (const context of [...contexts].reverse()) context.abort();
    });
    expect((await Promise.all(running)).map(({ serviceMs }) => serviceMs)).toEqual([20, 0]);
  });
});

describe('an abort', () => {
  test('during the wait between two tries ends the call at once', async () => {
    const clock = createVirtualClock();
    let calls = 0;
    const tool = retrying(5, () => {
      calls++;
      throw new Error('x');
    });
    const context = createContext({ clock });
    clock.setTimer(100, () => context.abort(new TroupeError('ABORTED', 'The agent was stopped')));
    expect(await run(tool, context)).toMatchObject({ content: { error: 'The agent was stopped' } });
    expect(clock.elapsed()).toBe(100);
    await clock.sleep(100_000);
    expect(calls).toBe(1);
  });

  test('of one that waits for a place lets the next one have it', async () => {
    const clock = createVirtualClock();
    const order: unknown[] = [];
    const tool = createTool(
      async ({ n }, context) => {
        order.push(n);
        await context.sleep(10);
      },
      { terms: { ...NONE, places: createSemaphore(1) } },
    );
    const contexts = [0, 1, 2, 3].map(() => createContext({ clock }));
    const running = contexts.map((context, n) => run(tool, context, { n }));
    contexts[1]?.abort();
    contexts[2]?.abort();
    await Promise.all(running);
    expect(order).toEqual([0, 3]);
    expect(clock.elapsed()).toBe(20);
    expect(await run(tool, createContext({ clock }), { n: 4 })).toMatchObject({ isError: false });
  });

  test('of ten thousand that wait leaves nothing behind', async () => {
    const clock = createVirtualClock();
    const places = createSemaphore(1);
    const tool = createTool((_, context) => context.sleep(10), { terms: { ...NONE, places } });
    const contexts = Array.from({ length: 10_000 }, () => createContext({ clock }));
    const running = contexts.map((context) => run(tool, context));
    for (const context of contexts) context.abort();
    expect((await Promise.all(running)).every(({ isError }) => isError)).toBe(true);
    await clock.sleep(1);
    expect([places.held, places.waiting]).toEqual([0, 0]);
  });
});

describe('concurrency', () => {
  test('is never more than declared, first come first served', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ ms: fc.integer({ min: 0, max: 50 }), sync: fc.boolean(), fails: fc.boolean() }), {
          maxLength: 40,
        }),
        async (most, calls) => {
          const clock = createVirtualClock();
          const places = createSemaphore(most);
          const order: unknown[] = [];
          let now = 0;
          let peak = 0;
          const tool = createTool(
            ({ n, ms, sync, fails }, context) => {
              order.push(n);
              now++;
              peak = Math.max(peak, now);
              const end = () => {
                now--;
                if (fails) throw new Error('x');
              };
              return sync ? end() : context.sleep(ms).then(end);
            },
            { terms: { ...NONE, places } },
          );
          await Promise.all(calls.map((args, n) => run(tool, createContext({ clock }), { ...args, n })));
          expect(peak).toBeLessThanOrEqual(most);
          expect(order).toEqual(calls.map((_, n) => n));
          expect([places.held, places.waiting]).toEqual([0, 0]);
        },
      ),
      { numRuns: 50 },
    ));

  test('of one, with ten thousand calls that take no time, does not overflow the stack', async () => {
    const clock = createVirtualClock();
    let depth = 0;
    let deepest = 0;
    const tool = createTool(
      () => {
        depth++;
        deepest = Math.max(deepest, depth);
        depth--;
        return 1;
      },
      { terms: { ...NONE, places: createSemaphore(1) } },
    );
    const results = await Promise.all(Array.from({ length: 10_000 }, () => run(tool, createContext({ clock }))));
    expect(results.every(({ content }) => content === 1)).toBe(true);
    expect(deepest).toBe(1);
  });

  test('keeps its place during the waits between tries', async () => {
    const clock = createVirtualClock();
    const order: unknown[] = [];
    const tool = createTool(
      ({ n }) => {
        order.push(n);
        if (order.length === 1) throw new Error('x');
        return 1;
      },
      { timeoutMs: 60_000, terms: { ...NONE, retries: 1, places: createSemaphore(1) } },
    );
    await Promise.all([0, 1].map((n) => run(tool, createContext({ clock }), { n })));
    expect(order).toEqual([0, 0, 1]);
  });
});

describe('cache', () => {
  const counting = (terms: Partial<ToolTerms> = {}, ms = 10) => {
    const calls: unknown[] = [];
    const tool = createTool(
      async (args, context) => {
        const n = calls.push(args);
        await context.sleep(ms);
        return { n };
      },
      { terms: { ...NONE, cache: new ResultCache(1_000), ...terms } },
    );
    return { calls, tool };
  };
  const at = (clock: Clock, tool: Tool, args: JsonObject) => run(tool, createContext({ clock }), args);

  test('answers an equal call with the earlier result, which took nothing', async () => {
    const clock = createVirtualClock();
    const { calls, tool } = counting();
    const first = await at(clock, tool, { a: 1, b: { c: [2] } });
    const context = createContext({ clock });
    const second = await runToolCall(call({ b: { c: [2] }, a: 1 }, 'c2'), tool, context);
    expect(calls).toHaveLength(1);
    expect(first).toMatchObject({ isError: false, content: { n: 1 }, serviceMs: 10 });
    expect(second).toEqual({ callId: 'c2', name: 't', isError: false, content: { n: 1 }, serviceMs: 0 });
    expect(Object.isFrozen(second.content)).toBe(true);
    expect(await at(clock, tool, { a: 1, b: { c: [3] } })).toMatchObject({ content: { n: 2 } });
  });

  test('forgets a result after its time', async () => {
    const clock = createVirtualClock();
    const { tool } = counting();
    await at(clock, tool, {});
    await clock.sleep(999);
    expect((await at(clock, tool, {})).content).toEqual({ n: 1 });
    await clock.sleep(1);
    expect((await at(clock, tool, {})).content).toEqual({ n: 2 });
  });

  test('makes equal calls at the same time once', async () => {
    const clock = createVirtualClock();
    const { calls, tool } = counting();
    const early = [1, 2, 3].map(() => at(clock, tool, { x: 1 }));
    await clock.sleep(4);
    const late = at(clock, tool, { x: 1 });
    const results = await Promise.all([...early, late, at(clock, tool, { x: 2 })]);
    expect(calls).toEqual([{ x: 1 }, { x: 2 }]);
    expect(results.map(({ content, serviceMs }) => [content, serviceMs])).toEqual([
      [{ n: 1 }, 10],
      [{ n: 1 }, 10],
      [{ n: 1 }, 10],
      [{ n: 1 }, 6],
      [{ n: 2 }, 10],
    ]);
  });

  test('shares a failure with those that waited for it, and keeps none', async () => {
    const clock = createVirtualClock();
    let calls = 0;
    const tool = createTool(
      async (_, context) => {
        calls++;
        await context.sleep(5);
        if (calls === 1) throw new Error('down');
        return 'up';
      },
      { terms: { ...NONE, cache: new ResultCache(1_000) } },
    );
    const both = await Promise.all([at(clock, tool, {}), at(clock, tool, {})]);
    expect(both.map(({ content }) => content)).toEqual(Array(2).fill({ error: 'Tool "t" failed: down' }));
    expect(await at(clock, tool, {})).toMatchObject({ isError: false, content: 'up' });
  });

  test('lets another one go on when the one that made the call is stopped', async () => {
    const clock = createVirtualClock();
    const { calls, tool } = counting();
    const contexts = [0, 1, 2, 3].map(() => createContext({ clock }));
    const running = contexts.map((context) => run(tool, context));
    clock.setTimer(5, () => {
      contexts[0]?.abort();
      contexts[1]?.abort();
    });
    const results = await Promise.all(running);
    expect(results.map(({ isError }) => isError)).toEqual([true, true, false, false]);
    expect(calls).toHaveLength(2);
    expect(clock.elapsed()).toBe(15);
  });

  test('makes no call for those that are all stopped together', async () => {
    const clock = createVirtualClock();
    const { calls, tool } = counting();
    const contexts = Array.from({ length: 1_000 }, () => createContext({ clock }));
    const running = contexts.map((context) => run(tool, context));
    for (const context of contexts) context.abort();
    await Promise.all(running);
    await clock.sleep(1);
    expect(calls).toHaveLength(1);
  });

  test('of a missed deadline tells those that waited for it', async () => {
    const clock = createVirtualClock();
    const { tool } = counting({}, 5_000);
    const results = await Promise.all([at(clock, tool, {}), at(clock, tool, {})]);
    expect(results.map(({ content }) => content)).toEqual(
      Array(2).fill({ error: 'Tool "t" did not finish within 1000 ms' }),
    );
    expect(clock.elapsed()).toBe(1_000);
  });

  test('costs one place, and answers without one', async () => {
    const clock = createVirtualClock();
    const places = createSemaphore(1);
    const { calls, tool } = counting({ places });
    await Promise.all(Array.from({ length: 50 }, () => at(clock, tool, {})));
    expect(calls).toHaveLength(1);
    const busy = at(clock, tool, { other: true });
    expect(await at(clock, tool, {})).toMatchObject({ content: { n: 1 } });
    expect(places.held).toBe(1);
    await busy;
  });

  test('refuses arguments too deep to compare, and goes on', async () => {
    let deep: JsonObject = {};
    for (let i = 0; i < 50_000; i++) deep = { deep };
    const clock = createVirtualClock();
    const { tool } = counting();
    expect((await at(clock, tool, deep)).isError).toBe(true);
    expect((await at(clock, tool, {})).isError).toBe(false);
  });
});

test('the same calls with the same seed settle in the same order at the same times', async () => {
  const play = async () => {
    const clock = createVirtualClock();
    const log: string[] = [];
    const tool = createTool(
      async ({ n }, context) => {
        await context.sleep(context.random.next() * 20);
        if (context.random.next() < 0.5) throw new Error('x');
        return n;
      },
      { timeoutMs: 60_000, terms: { retries: 2, places: createSemaphore(3), cache: new ResultCache(50) } },
    );
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const tell = (fact: RunFact) => log.push(`${clock.elapsed()} ${JSON.stringify(fact)}`);
        const context = createContext({ clock, agent: `a/${n}`, tell });
        return run(tool, context, { n: n % 7 }).then((result) =>
          log.push(`${clock.elapsed()} ${JSON.stringify(result)}`),
        );
      }),
    );
    return log;
  };
  expect(await play()).toEqual(await play());
});

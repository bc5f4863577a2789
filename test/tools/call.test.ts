import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRealClock, createVirtualClock } from '../../src/base/clock.ts';
import { TroupeError } from '../../src/base/errors.ts';
import type { ToolCall } from '../../src/protocol.ts';
import { runToolCall } from '../../src/tools/call.ts';
import { createContext, createTool } from './tool-context.ts';

const call = (args: unknown = {}): ToolCall => ({ id: 'c1', name: 't', args: args as ToolCall['args'] });
const run = (execute: (...args: any[]) => unknown, external = false) =>
  runToolCall(call(), createTool(execute, { external }), createContext());

/** Whatever a tool does, nothing of it may reach the process. */
const escaped: unknown[] = [];
const note = (error: unknown): void => void escaped.push(error);
beforeEach(() => {
  escaped.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(escaped).toEqual([]);
});

describe('outcome', () => {
  test('of a plain value and of a promise is the result', async () => {
    for (const external of [false, true]) {
      for (const execute of [() => ({ a: 1 }), async () => ({ a: 1 })]) {
        expect(await run(execute, external)).toEqual({
          callId: 'c1',
          name: 't',
          isError: false,
          content: { a: 1 },
          serviceMs: 0,
        });
      }
    }
  });

  test('of any JSON value is that value', () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.boolean(), async (value, isAsync) => {
        const result = await run(() => (isAsync ? Promise.resolve(value) : value));
        expect(result.isError).toBe(false);
        expect(JSON.stringify(result.content)).toBe(JSON.stringify(value));
      }),
    ));

  test('the tool gets the arguments and the context', async () => {
    const context = createContext({ agent: 'b/7' });
    const tool = createTool((args, given) => [args.x, given.agent, given === context]);
    expect((await runToolCall(call({ x: 3 }), tool, context)).content).toEqual([3, 'b/7', true]);
  });

  test('without a tool of that name is an error that names it', async () => {
    const result = await runToolCall({ id: 'c1', name: 'serch', args: {} }, undefined, createContext());
    expect(result).toMatchObject({ callId: 'c1', name: 'serch', isError: true, serviceMs: 0 });
    expect(result.content).toEqual({ error: 'Cannot call tool "serch": this agent has none of that name' });
  });

  test('with arguments that do not fit is an error, and the tool is not called', async () => {
    const parameters = { type: 'object', properties: { n: { type: 'number' } } };
    const tool = createTool(() => expect.unreachable(), { parameters });
    const result = await runToolCall(call({ n: 'x' }), tool, createContext());
    expect(result.isError).toBe(true);
    expect(result.content).toEqual({ error: 'Cannot call tool "t": arguments do not fit: /n must be number' });
  });

  test('with arguments that cannot be read is an error that says why, and the tool is not called', async () => {
    const tool = createTool(() => expect.unreachable());
    const malformed = { ...call(), malformed: `Unexpected end of JSON input ${'x'.repeat(5_000)}` };
    const result = await runToolCall(malformed, tool, createContext());
    expect(result).toMatchObject({ callId: 'c1', name: 't', isError: true, serviceMs: 0 });
    const { error } = result.content as { error: string };
    expect(error).toMatch(/^Cannot call tool "t": its arguments cannot be read: Unexpected end of JSON input x/);
    expect(error.length).toBeLessThan(1_200);
  });

  test('over the size limit is an error with the beginning of the result', async () => {
    const result = await run(async () => 'x'.repeat(3_000_000));
    expect(result).toMatchObject({ isError: true, truncated: true });
    expect(result.content).toMatch(/^x+… \[truncated: 3000000 bytes, limit 1048576\]$/);
  });
});

describe('deadline', () => {
  test('settles the call, aborts its signal and is what it took', async () => {
    const clock = createVirtualClock();
    const context = createContext({ clock });
    const { signal } = context;
    const result = await runToolCall(
      call(),
      createTool(() => new Promise(() => undefined)),
      context,
    );
    expect(clock.elapsed()).toBe(1_000);
    expect(result.serviceMs).toBe(1_000);
    expect(result.content).toEqual({ error: 'Tool "t" did not finish within 1000 ms' });
    expect(signal.reason).toMatchObject({ code: 'TOOL_TIMEOUT' });
  });

  test('at exactly the deadline the tool has made it, a moment later not', async () => {
    const until = async (ms: number) => {
      const context = createContext();
      return (
        await runToolCall(
          call(),
          createTool(() => context.sleep(ms).then(() => 'in time')),
          context,
        )
      ).isError;
    };
    expect(await until(1_000)).toBe(false);
    expect(await until(1_000.001)).toBe(true);
  });

  test('leaves nothing behind when the tool is in time', async () => {
    const clock = createVirtualClock();
    const context = createContext({ clock });
    await runToolCall(
      call(),
      createTool(() => context.sleep(10)),
      context,
    );
    await clock.sleep(5_000);
    expect(context.signal.aborted).toBe(false);
  });

  test('that is infinite never comes', async () => {
    const clock = createVirtualClock();
    const context = createContext({ clock });
    const tool = createTool(() => context.sleep(1e9), { timeoutMs: Number.POSITIVE_INFINITY });
    expect(await runToolCall(call(), tool, context)).toMatchObject({ isError: false, serviceMs: 1e9 });
  });

  test('of a hung external tool is real time, and virtual time goes on', async () => {
    const clock = createVirtualClock();
    const context = createContext({ clock });
    const { signal } = context;
    const tool = createTool(() => new Promise(() => undefined), { external: true, timeoutMs: 40 });
    const [result] = await Promise.all([runToolCall(call(), tool, context), clock.sleep(5)]);
    expect(clock.realElapsed()).toBeGreaterThanOrEqual(39);
    expect(result.content).toEqual({
      error:
        'Tool "t" did not finish within 40 ms of real time; a tool that waits on the clock of the run needs "external: false"',
    });
    expect(result.serviceMs).toBe(0);
    expect(signal.aborted).toBe(true);
    expect(clock.elapsed()).toBe(5);
  });

  test('holds on the real clock, for both kinds of tool', async () => {
    for (const external of [true, false]) {
      const context = createContext({ clock: createRealClock() });
      const tool = createTool(() => new Promise(() => undefined), { external, timeoutMs: 20 });
      expect(await runToolCall(call(), tool, context)).toMatchObject({ isError: true, serviceMs: 20 });
    }
  });
});

describe('abort from outside', () => {
  test.each([true, false])('settles a hung call at once (external: %s)', async (external) => {
    const clock = createVirtualClock();
    const context = createContext({ clock });
    const tool = createTool(() => new Promise(() => undefined), { external, timeoutMs: 30 });
    const running = runToolCall(call(), tool, context);
    context.abort(new TroupeError('ABORTED', 'The agent was stopped'));
    expect(await running).toMatchObject({ isError: true, content: { error: 'The agent was stopped' }, serviceMs: 0 });
    await clock.sleep(100);
  });

  test('says what the tool had taken by then', async () => {
    const clock = createVirtualClock();
    const context = createContext({ clock });
    clock.setTimer(12.5, () => context.abort());
    expect(
      (
        await runToolCall(
          call(),
          createTool(() => context.sleep(500)),
          context,
        )
      ).serviceMs,
    ).toBe(12.5);
  });

  test('before the call the tool is not called', async () => {
    const context = createContext();
    context.abort(new Error('gone'));
    const result = await runToolCall(
      call(),
      createTool(() => expect.unreachable()),
      context,
    );
    expect(result).toMatchObject({ isError: true, content: { error: 'Tool "t" failed: gone' } });
  });

  test('after the result changes nothing', async () => {
    const context = createContext();
    const result = await runToolCall(
      call(),
      createTool(() => 1),
      context,
    );
    context.abort();
    expect(result.content).toBe(1);
  });
});

describe('serviceMs', () => {
  test('is measured by the clock of the run, to three decimals', async () => {
    const context = createContext();
    expect(
      (
        await runToolCall(
          call(),
          createTool(() => context.sleep(12.34567)),
          context,
        )
      ).serviceMs,
    ).toBe(12.346);
  });

  test('is what the tool says, also when it fails', async () => {
    for (const end of [() => 1, () => Promise.reject(new Error('x'))]) {
      const tool = createTool((_, context) => {
        context.serviceMs = 77.12345;
        return end();
      });
      expect((await runToolCall(call(), tool, createContext())).serviceMs).toBe(77.123);
    }
  });

  test.each([Number.NaN, -1, Infinity, 'x'])('does not believe %s', async (said) => {
    const tool = createTool((_, context) => {
      context.serviceMs = said;
      return 1;
    });
    expect((await runToolCall(call(), tool, createContext())).serviceMs).toBe(0);
  });
});

test('on terms, a call keeps to them', async () => {
  const terms = { retries: 1, places: undefined, cache: undefined };
  let calls = 0;
  const tool = createTool(
    () => {
      calls++;
      if (calls === 1) throw new Error('not now');
      return 'then';
    },
    { terms },
  );
  expect(await runToolCall(call(), tool, createContext())).toMatchObject({ isError: false, content: 'then' });
});

test('ten thousand calls at once all come back, each with its own result', async () => {
  const clock = createVirtualClock();
  const tool = createTool((args, context) => context.sleep(args.n % 50).then(() => args.n));
  const results = await Promise.all(
    Array.from({ length: 10_000 }, (_, n) =>
      runToolCall({ id: `c${n}`, name: 't', args: { n } }, tool, createContext({ clock })),
    ),
  );
  expect(results.map((result) => [result.callId, result.content])).toEqual(results.map((_, n) => [`c${n}`, n]));
});

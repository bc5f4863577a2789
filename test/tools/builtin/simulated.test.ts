import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import type { JsonObject, SimulatedToolSpec } from '../../../src/protocol.ts';
import { createSimulated } from '../../../src/tools/builtin/simulated.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createContext } from '../tool-context.ts';

const create = (spec: Partial<SimulatedToolSpec> = {}, params: JsonObject = {}) =>
  createSimulated(
    'lookup',
    {
      builtin: 'simulated',
      latency: { kind: 'constant', ms: 200 },
      failureRate: 0,
      result: 'ok',
      timeoutMs: 1_000,
      ...spec,
    },
    { params },
  );
const run = (tool = create(), context = createContext(), args: JsonObject = {}) =>
  runToolCall({ id: '1', name: 'lookup', args }, tool, context);

describe('latency', () => {
  test('passes on the clock of the run and is what the call took', async () => {
    const context = createContext();
    expect(await run(create(), context)).toMatchObject({ isError: false, content: 'ok', serviceMs: 200 });
    expect(context.clock.elapsed()).toBe(200);
  });

  test('that is constant draws nothing from chance', async () => {
    const context = createContext();
    Object.defineProperty(context, 'random', { get: () => expect.unreachable() });
    expect((await run(create(), context)).isError).toBe(false);
  });

  test.each([
    { kind: 'uniform', minMs: 100, maxMs: 300 },
    { kind: 'log-normal', medianMs: 150, p95Ms: 400 },
  ] as const)('that is $kind comes from the seed and is reported to the thousandth', async (latency) => {
    const tool = create({ latency, timeoutMs: 60_000 });
    const took = async (seed: number) => {
      const context = createContext({ seed });
      const { serviceMs } = await run(tool, context);
      expect(context.clock.elapsed()).toBe(serviceMs);
      return serviceMs;
    };
    const all = await Promise.all(Array.from({ length: 20 }, (_, seed) => took(seed)));
    expect(await took(3)).toBe(all[3]);
    expect(new Set(all).size).toBe(20);
    for (const ms of all) expect(ms).toBe(Number(ms.toFixed(3)));
  });

  test('beyond the deadline fails the call at the deadline', async () => {
    expect(await run(create({ latency: { kind: 'constant', ms: 5_000 } }))).toMatchObject({
      isError: true,
      serviceMs: 1_000,
    });
  });

  test('is cut short when the call is aborted', async () => {
    const clock = createVirtualClock();
    const context = createContext({ clock });
    clock.setTimer(50, () => context.abort());
    expect(await run(create(), context)).toMatchObject({ isError: true, serviceMs: 50 });
  });
});

describe('result', () => {
  test('without templates is one frozen value for every call', async () => {
    const result = { rows: [{ n: 1 }], note: 'a { b } %' };
    const tool = create({ result });
    const first = (await run(tool)).content as any;
    expect(first).toEqual(result);
    expect((await run(tool)).content).toBe(first);
    expect(Object.isFrozen(first.rows[0])).toBe(true);
    expect(Object.isFrozen(result)).toBe(false);
  });

  test('renders templates over args, agent, index, row and params, and keeps types', async () => {
    const tool = create(
      {
        result: {
          text: '{{ args.q }} for {{ agent }}',
          index: '{{ index }}',
          deep: [{ row: '{{ row.host }}', unit: '{{ params.unit }}' }],
          plain: 7,
        },
      },
      { unit: 'ms' },
    );
    const context = createContext({ agent: 'analyst/12', row: { host: 'db1' } });
    expect((await run(tool, context, { q: 'disk' })).content).toEqual({
      text: 'disk for analyst/12',
      index: 12,
      deep: [{ row: 'db1', unit: 'ms' }],
      plain: 7,
    });
  });

  test('knows no row when the context has none', async () => {
    const context = createContext();
    Object.defineProperty(context, 'row', { value: undefined });
    expect((await run(create({ result: '<{{ row.host }}>' }), context)).content).toBe('<>');
  });

  test('with a name that does not exist is refused before anything runs', () =>
    expect(() => create({ result: ['{{ rwo.x }}'] })).toThrow(
      'unknown name "rwo"; here are args, agent, index, row, params',
    ));
});

describe('failure', () => {
  test('happens at its rate, by the seed, after the latency', async () => {
    const tool = create({ failureRate: 0.3 });
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, (_, seed) => run(tool, createContext({ seed })).then((result) => result.isError)),
    );
    const failed = outcomes.filter(Boolean).length;
    expect(failed).toBeGreaterThan(240);
    expect(failed).toBeLessThan(360);
    const seed = outcomes.indexOf(true);
    const context = createContext({ seed });
    expect(await run(tool, context)).toMatchObject({
      isError: true,
      content: { error: 'Tool "lookup" failed: a simulated failure' },
      serviceMs: 200,
    });
    expect(context.clock.elapsed()).toBe(200);
  });

  test('at rate 1 is certain', async () => expect((await run(create({ failureRate: 1 }))).isError).toBe(true));

  test('fault error rejects after the latency', async () => {
    const context = createContext();
    await expect(create({ fault: 'error' }).execute({}, context)).rejects.toThrow('a simulated failure');
    expect(context.clock.elapsed()).toBe(200);
  });

  test('fault throw throws at once', () => {
    const context = createContext();
    expect(() => create({ fault: 'throw' }).execute({}, context)).toThrow('Tool "lookup" failed: a simulated failure');
    expect(context.clock.elapsed()).toBe(0);
  });

  test('fault hang ends at the deadline', async () => {
    const context = createContext();
    expect(await run(create({ fault: 'hang' }), context)).toMatchObject({ isError: true, serviceMs: 1_000 });
    expect(context.clock.elapsed()).toBe(1_000);
  });
});

test('declares its parameters, and is not external', () => {
  const parameters = { type: 'object', required: ['q'] };
  expect(create({ parameters })).toMatchObject({ parameters, external: false });
  expect(create().parameters).toEqual({ type: 'object' });
});

import { describe, expect, test } from 'vitest';
import { DRAIN_TIMEOUT_MS } from '../../src/base/limits.ts';
import { calls, createHarness, tool } from '../agent/harness.ts';

describe('run', () => {
  test('starts everyone and ends when everyone has ended', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), count: 1_000 });
    expect(await harness.run()).toBe('finished');
    expect(harness.ofType('agent.ended').filter((event) => event.status === 'done')).toHaveLength(1_000);
  });

  test('the first answers do not wait for the last start', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), count: 1_000 });
    await harness.run();
    const types = harness.events.map((event) => event.type);
    expect(types.indexOf('agent.decided')).toBeLessThan(types.lastIndexOf('agent.started'));
  });

  test('without agents it ends at once', async () => {
    expect(await createHarness({ decide: () => ({}), count: 0 }).run()).toBe('finished');
  });

  test('agents that are answered at once leave the event loop to others', async () => {
    const harness = createHarness({
      decide: () => ({ reply: 'x' }),
      count: 2_000,
      items: Array(5).fill({ template: 'Go' }),
    });
    let turns = 0;
    let running = true;
    const watch = (): void => {
      turns++;
      if (running) setImmediate(watch);
    };
    setImmediate(watch);
    await harness.run();
    running = false;
    expect(turns).toBeGreaterThan(100);
  });
});

describe('containment', () => {
  const faults: Record<string, () => unknown> = {
    reject: () => Promise.reject(new Error('rejected')),
    throw: () => {
      throw new Error('thrown');
    },
    'non-error': () => {
      throw 'text';
    },
    hang: () => new Promise(() => {}),
    cycle: () => {
      const cycle: Record<string, unknown> = {};
      cycle.self = cycle;
      return cycle;
    },
    getter: () =>
      Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('getter');
        },
      }),

    thenable: () => ({
      // biome-ignore lint/suspicious/noThenProperty: a bad thenable is what is tested
      then: () => {
        throw new Error('then');
      },
    }),
    huge: () => 'x'.repeat(5_000_000),
  };

  test.each(Object.keys(faults))('a tool that does %s harms nobody else', async (kind) => {
    const harness = createHarness({
      decide: ({ spec, step }) => {
        if (step === 2) return { reply: 'done' };
        return { toolCalls: calls(spec.index === 3 ? 'faulty' : 'fine') };
      },
      tools: [tool('faulty', faults[kind] as never, 1_000), tool('fine', () => 1)],
      count: 20,
    });
    expect(await harness.run()).toBe('finished');
    expect(harness.ofType('agent.ended').map((event) => event.status)).toEqual(Array(20).fill('done'));
    expect(
      harness
        .ofType('tool.finished')
        .filter((event) => event.result.isError)
        .map((event) => event.agent),
    ).toEqual(['agent/3']);
  });

  test('an agent whose own actor throws fails alone, with a typed error', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), count: 5 });
    const bad = harness.specs[2] as { items: unknown };
    Object.defineProperty(bad, 'items', {
      get: () => {
        throw new Error('items');
      },
    });
    await harness.run();
    expect(
      harness
        .ofType('agent.ended')
        .map((event) => [event.agent, event.status, event.error?.code])
        .sort(),
    ).toEqual([
      ['agent/0', 'done', undefined],
      ['agent/1', 'done', undefined],
      ['agent/2', 'failed', 'AGENT_FAULT'],
      ['agent/3', 'done', undefined],
      ['agent/4', 'done', undefined],
    ]);
  });
});

describe('stall', () => {
  test('everybody waits for nothing: ends at once and says who waits for what', async () => {
    const harness = createHarness({
      decide: () => ({ reply: 'x' }),
      group: { observe: { items: [], inbox: true } },
      items: [],
      count: 3,
    });
    expect(await harness.run()).toBe('stalled');
    expect(harness.clock.elapsed()).toBe(0);
    expect(harness.ofType('run.stalled')).toMatchObject([
      { waiting: ['agent/0', 'agent/1', 'agent/2'].map((agent) => ({ agent, for: 'a message' })) },
    ]);
    expect(harness.ofType('agent.ended').map((event) => event.status)).toEqual(['stopped', 'stopped', 'stopped']);
  });

  test('while one still works, the others may wait', async () => {
    const harness = createHarness({
      decide: async ({ spec, observation }, context) => {
        if (observation.kind === 'message') return { reply: 'got it' };
        await context.sleep(1_000);
        return spec.index === 0 ? { toolCalls: calls('tell'), final: true } : { reply: 'ready' };
      },
      tools: [
        tool('tell', async (_, context) => {
          await context.mail.send('agent/1', 'hi');
          return true;
        }),
      ],
      group: { observe: { items: [], inbox: true } },
      count: 2,
    });
    expect(await harness.run()).toBe('finished');
    expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'done' }, { status: 'done' }]);
    expect(harness.ofType('agent.replied').map((event) => event.reply)).toContain('got it');
    expect(harness.ofType('message.sent')).toMatchObject([{ message: { from: 'agent/0', to: 'agent/1', body: 'hi' } }]);
  });
});

describe('drain', () => {
  test('lets turns finish, starts nothing new and tells', async () => {
    const harness = createHarness({
      decide: async (_, context) => {
        await context.sleep(1_000);
        return { reply: 'x' };
      },
      items: Array(10).fill({ template: 'Go' }),
      count: 5,
    });
    const end = harness.run();
    await harness.clock.sleep(1_500);
    harness.supervisor.drain('asked');
    harness.supervisor.drain('again');
    expect(await end).toBe('drained');
    expect(harness.clock.elapsed()).toBe(2_000);
    expect(harness.ofType('run.draining')).toMatchObject([{ reason: 'asked' }]);
    expect(harness.ofType('agent.replied')).toHaveLength(10);
    expect(harness.ofType('agent.ended').map((event) => event.status)).toEqual(Array(5).fill('stopped'));
    expect(await harness.memory.snapshot('run', 'agent/0')).toMatchObject({
      status: 'running',
      turn: 2,
      taken: 2,
      answered: true,
    });
  });

  test('what does not finish in time is aborted where it is', async () => {
    const reasons: string[] = [];
    const harness = createHarness({
      decide: (_, context) => {
        context.signal.addEventListener('abort', () => reasons.push((context.signal.reason as Error).message));
        return new Promise(() => {});
      },
    });
    const end = harness.run();
    await harness.clock.sleep(1_000);
    harness.supervisor.drain('asked');
    expect(await end).toBe('drained');
    expect(harness.clock.elapsed()).toBe(1_000 + DRAIN_TIMEOUT_MS);
    expect(reasons).toEqual(['The agent was stopped']);
    expect(await harness.memory.snapshot('run', 'agent/0')).toBeUndefined();
  });

  test('agents not yet started are not started', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), count: 5_000 });
    const end = harness.run();
    harness.supervisor.drain('asked');
    expect(await end).toBe('drained');
    expect(harness.ofType('agent.started').length).toBeLessThan(5_000);
  });
});

describe('stop', () => {
  test('ends one agent for good', async () => {
    const harness = createHarness({ decide: () => new Promise(() => {}), count: 2, keepOpen: true });
    const end = harness.run();
    await harness.clock.sleep(10);
    harness.supervisor.stop('agent/1');
    expect(harness.ofType('agent.ended')).toMatchObject([{ agent: 'agent/1', status: 'stopped' }]);
    expect(await harness.memory.snapshot('run', 'agent/1')).toMatchObject({ status: 'stopped' });
    expect(() => harness.supervisor.stop('agent/1')).toThrow('Cannot stop "agent/1": no such agent is running');
    harness.supervisor.drain('over');
    await end;
  });
});

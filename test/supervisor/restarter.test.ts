import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { calls, createHarness, type HarnessOptions, timedTool, toGoOn, tool } from '../agent/harness.ts';

const ITEMS = ['one', 'two', 'three'].map((template) => ({ template }));

/** Fails at the second observation as often as told; each decision takes 100 ms. */
function failing(times: number, options: Partial<HarnessOptions> = {}) {
  return createHarness({
    items: ITEMS,
    group: { restart: 'transient', retries: 2 },
    decide: async ({ observation, attempt, spec }, context) => {
      await context.sleep(100);
      if (spec.index === 0 && observation.text === 'two' && attempt <= times) throw new Error('stumbled');
      return { reply: observation.text };
    },
    ...options,
  });
}

type Harness = ReturnType<typeof createHarness>;
const replies = (harness: Harness, agent = 'agent/0') =>
  harness.ofType('agent.replied').flatMap((event) => (event.agent === agent ? [event.reply] : []));
const restarting = (harness: Harness) =>
  harness.ofType('agent.restarting').map(({ agent, because, at }) => `${agent} ${because} ${at}`);
const endings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'agent.ended' ? [`${event.agent} ${event.status}`] : []));

describe('an agent that has failed', () => {
  test('goes on where it was: nothing is lost, nothing done twice', async () => {
    const harness = failing(1);
    expect(await harness.run()).toBe('finished');
    expect(replies(harness)).toEqual(['one', 'two', 'three']);
    expect(restarting(harness)).toEqual(['agent/0 failure 200']);
    expect(endings(harness.events)).toEqual(['agent/0 done']);
    const transcript = await harness.memory.transcript('run', 'agent/0');
    expect(transcript.map(({ content }) => content)).toEqual(['one', 'one', 'two', 'two', 'three', 'three']);
  });

  test('has its observation set aside after its retries, and goes on with the next', async () => {
    const harness = failing(9);
    expect(await harness.run()).toBe('finished');
    expect(replies(harness)).toEqual(['one', 'three']);
    expect(harness.ofType('agent.set-aside')).toMatchObject([
      { turn: 2, observation: 'two', attempts: 3, error: { message: expect.stringContaining('stumbled') } },
    ]);
    expect(await harness.memory.snapshot('run', 'agent/0')).toMatchObject({ status: 'done', setAside: 1 });
    const letters = (await harness.memory.journal('run', 'agent/0')).filter(({ type }) => type === 'set-aside');
    expect(letters).toMatchObject([{ observation: 'two', attempts: 3 }]);
  });

  test('at a limit has it set aside at once', async () => {
    const harness = createHarness({
      items: ITEMS,
      group: { restart: 'transient', retries: 5, limits: { turns: 2, identicalCalls: 9, wallMs: 1e6 } },
      tools: [tool('work', () => 1)],
      decide: ({ observation, transcript }) =>
        observation.text === 'two' || transcript.at(-1)?.role === 'tool'
          ? { toolCalls: calls('work') }
          : { reply: observation.text },
    });
    await harness.run();
    expect(harness.ofType('agent.set-aside')).toMatchObject([
      { observation: 'two', attempts: 1, error: { code: 'TURN_LIMIT' } },
    ]);
    expect(replies(harness)).toEqual(['one', 'three']);
  });

  test('by an observation that cannot even be taken goes on behind it', async () => {
    const harness = createHarness({
      items: [{ template: '{{ row.a | date: b.c.d | nonsense }}' }, { template: 'two' }],
      group: { restart: 'transient', retries: 0 },
      decide: ({ observation }) => ({ reply: observation.text }),
    });
    expect(await harness.run()).toBe('finished');
    expect(harness.ofType('agent.set-aside')).toHaveLength(1);
    expect(replies(harness)).toEqual(['two']);
  });

  test('is not started again if it is temporary', async () => {
    const harness = failing(9, { group: { restart: 'temporary' } });
    await harness.run();
    expect(endings(harness.events)).toEqual(['agent/0 failed']);
    expect(harness.ofType('agent.restarting')).toEqual([]);
    expect(await harness.memory.snapshot('run', 'agent/0')).toMatchObject({ status: 'failed' });
  });

  test('that is permanent works through its list again, until its supervisor gives up', async () => {
    const harness = failing(0, { items: [{ template: 'one' }], group: { restart: 'permanent' } });
    expect(await harness.run()).toBe('escalated');
    expect(replies(harness)).toEqual(['one', 'one', 'one', 'one']);
  });

  test('waits longer after each failure in a row', async () => {
    const supervision = { maxRestarts: 99, backoff: { minMs: 1_000, maxMs: 60_000 } };
    const harness = failing(9, { group: { restart: 'transient', retries: 4 }, supervision });
    await harness.run();
    const delays = harness.ofType('agent.restarting').map(({ delayMs }) => delayMs);
    expect(delays).toHaveLength(5);
    for (const [i, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual(500 * 2 ** i);
      expect(delay).toBeLessThanOrEqual(1_000 * 2 ** i);
    }
  });

  test('gets what was sent to it meanwhile', async () => {
    const supervision = { backoff: { minMs: 1_000, maxMs: 1_000 } };
    const harness = failing(1, {
      supervision,
      group: { restart: 'transient', observe: { items: [], inbox: true } },
      keepOpen: true,
    });
    const end = harness.run();
    await harness.clock.sleep(300);
    expect(harness.supervisor.view('agent/0')).toBeUndefined();
    harness.supervisor.office.input('user', 'agent/0', 'hello');
    await harness.clock.sleep(3_000);
    expect(replies(harness)).toContain('hello');
    harness.supervisor.drain('enough');
    await end;
  });
});

describe('strategies', () => {
  const strategy = (name: 'one_for_one' | 'one_for_all' | 'rest_for_one') =>
    failing(1, { count: 3, supervision: { strategy: name } });
  test.each([
    ['one_for_one', ['agent/0 failure 200']],
    ['one_for_all', ['agent/0 failure 200', 'agent/2 sibling 200', 'agent/1 sibling 200']],
    ['rest_for_one', ['agent/0 failure 200', 'agent/2 sibling 200', 'agent/1 sibling 200']],
  ] as const)('%s: who is started again', async (name, expected) => {
    const harness = strategy(name);
    expect(await harness.run()).toBe('finished');
    expect(restarting(harness)).toEqual(expected);
    for (const agent of ['agent/0', 'agent/1', 'agent/2'])
      expect(replies(harness, agent)).toEqual(['one', 'two', 'three']);
  });

  test('those stopped may finish their turns first, then they start in order', async () => {
    const harness = createHarness({
      count: 3,
      items: ITEMS,
      group: { restart: 'transient' },
      supervision: { strategy: 'one_for_all' },
      decide: async ({ spec, observation, attempt }, context) => {
        await context.sleep(100 * (spec.index + 1));
        if (spec.index === 0 && observation.text === 'two' && attempt === 1) throw new Error('no');
        return { reply: observation.text };
      },
    });
    await harness.run();
    const started = harness.ofType('agent.started').slice(3);
    expect(started.map(({ agent, at }) => `${agent} ${at}`)).toEqual(['agent/0 400', 'agent/1 400', 'agent/2 400']);
    for (const agent of ['agent/0', 'agent/1', 'agent/2'])
      expect(replies(harness, agent)).toEqual(['one', 'two', 'three']);
  });

  test('one that is stopped by hand before its turn is over is not waited for', async () => {
    const harness = createHarness({
      count: 2,
      items: [{ template: 'one' }],
      group: { restart: 'transient' },
      supervision: { strategy: 'one_for_all' },
      decide: async ({ spec, attempt }, context) => {
        await context.sleep(spec.index === 0 ? 100 : 1_000);
        if (attempt === 1) throw new Error('no');
        return { reply: 'x' };
      },
    });
    const end = harness.run();
    await harness.clock.sleep(200);
    harness.supervisor.stop('agent/1');
    expect(await end).toBe('finished');
    expect(endings(harness.events)).toEqual(['agent/1 stopped', 'agent/0 done']);
  });

  test('those that do not finish in time are stopped where they are, and go on there', async () => {
    const harness = createHarness({
      count: 2,
      items: [{ template: 'one' }],
      group: { restart: 'transient' },
      supervision: { strategy: 'one_for_all', shutdownMs: 500 },
      tools: [timedTool('work', 10_000, 'worked')],
      decide: async ({ spec, observation, attempt }, context) => {
        await context.sleep(100);
        if (spec.index === 1)
          return observation.kind === 'results' ? { reply: observation.text } : { toolCalls: calls('work') };
        if (attempt === 1) throw new Error('no');
        return { reply: 'x' };
      },
    });
    await harness.run();
    expect(harness.ofType('agent.recalled')).toMatchObject([{ agent: 'agent/1', at: 600, pending: 1 }]);
    expect(replies(harness, 'agent/1')).toEqual(['worked']);
    // The model was asked once for the calls, and once for the answer.
    expect(harness.ofType('agent.decided').filter(({ agent }) => agent === 'agent/1')).toHaveLength(2);
  });
});

describe('a supervisor that gives up', () => {
  test('above all ends the run: the one that failed has failed, the others are stopped', async () => {
    const harness = createHarness({
      count: 3,
      items: ITEMS,
      group: { restart: 'transient', retries: 99 },
      decide: async ({ spec }, context) => {
        await context.sleep(spec.index === 1 ? 100 : 60_000);
        if (spec.index === 1) throw new Error('never');
        return { reply: 'x' };
      },
    });
    expect(await harness.run()).toBe('escalated');
    expect(harness.ofType('supervisor.escalated')).toMatchObject([
      { supervisor: 'root', maxRestarts: 3, child: 'agent/1', at: 400 },
    ]);
    expect(endings(harness.events)).toEqual(['agent/1 failed', 'agent/2 stopped', 'agent/0 stopped']);
    expect(harness.supervisor.failure).toMatchObject({ code: 'RESTARTS_EXCEEDED' });
    // It had its time to finish.
    expect(harness.clock.elapsed()).toBe(5_400);
  });

  test('under another is started again by it', async () => {
    const harness = failing(5, {
      group: { restart: 'transient', retries: 99 },
      supervisors: {
        team: { strategy: 'one_for_one', maxRestarts: 2, withinMs: 60_000, shutdownMs: 1, children: ['agent'] },
      },
    });
    expect(await harness.run()).toBe('finished');
    expect(harness.ofType('supervisor.escalated').map(({ supervisor }) => supervisor)).toEqual(['team']);
    expect(harness.ofType('agent.restarting').map(({ supervisor }) => supervisor)).toEqual([
      'team',
      'team',
      'root',
      'team',
      'team',
    ]);
    expect(replies(harness)).toEqual(['one', 'two', 'three']);
  });
});

describe('while agents wait for their restart', () => {
  const supervision = { backoff: { minMs: 60_000, maxMs: 60_000 } };

  test('a drain does not wait for them, and a resumed run keeps the moment', async () => {
    const first = failing(1, { supervision });
    const end = first.run();
    await first.clock.sleep(1_000);
    first.supervisor.drain('asked');
    expect(await end).toBe('drained');
    expect(endings(first.events)).toEqual(['agent/0 stopped']);
    const second = failing(1, { store: () => first.memory });
    const remaining = await findRemaining(first.memory, 'run', second.specs);
    const { retryAt, attempts } = remaining.resumed.get('agent/0') ?? {};
    expect(attempts).toBe(1);
    expect(retryAt).toBeGreaterThan(30_000);
    second.clock.skipTo(1_000);
    await new Supervisor(second.env, toGoOn(remaining)).run();
    expect(second.ofType('agent.started').map(({ at }) => at)).toEqual([retryAt]);
    expect(replies(second)).toEqual(['two', 'three']);
  });

  test('one may be stopped for good', async () => {
    const harness = failing(1, { supervision });
    const end = harness.run();
    await harness.clock.sleep(1_000);
    harness.supervisor.stop('agent/0');
    expect(await end).toBe('finished');
    expect(endings(harness.events)).toEqual(['agent/0 stopped']);
  });
});

test('a thousand restarts of one agent leave nothing behind', { timeout: 60_000 }, async () => {
  const harness = createHarness({
    items: [{ template: 'one' }],
    group: { restart: 'transient', retries: 1_000 },
    supervision: { maxRestarts: 2_000 },
    decide: async ({ attempt }, context) => {
      await context.sleep(1);
      if (attempt <= 1_000) throw new Error('again');
      return { reply: 'at last' };
    },
  });
  expect(await harness.run()).toBe('finished');
  expect(replies(harness)).toEqual(['at last']);
  expect(harness.ofType('agent.restarting')).toHaveLength(1_000);
});

import { describe, expect, test } from 'vitest';
import { calls, createHarness, timedTool } from './harness.ts';

describe('a pause', () => {
  const slow: Parameters<typeof createHarness>[0]['decide'] = async ({ observation }, context) => {
    await context.sleep(1_000);
    if (observation.kind === 'results') return { reply: 'done' };
    return { toolCalls: calls('work') };
  };
  const options = { decide: slow, tools: [timedTool('work', 1_000, 'x')], keepOpen: true };
  const types = (harness: ReturnType<typeof createHarness>) => harness.events.map(({ at, type }) => `${at} ${type}`);

  test('lets the turn under way finish; what follows waits for the resume', async () => {
    const harness = createHarness(options);
    const end = harness.run();
    await harness.clock.sleep(1_500);
    harness.supervisor.pause('agent/0');
    await harness.clock.sleep(58_500);
    harness.supervisor.resume('agent/0');
    expect(await end).toBe('finished');
    expect(types(harness)).toEqual([
      '0 agent.started',
      '0 agent.observed',
      '1000 agent.decided',
      '1000 tool.started',
      '1500 agent.paused',
      '2000 tool.finished',
      '2000 agent.stored',
      '2000 agent.waiting',
      '60000 agent.resumed',
      '60000 agent.observed',
      '61000 agent.decided',
      '61000 agent.replied',
      '61000 agent.stored',
      '61000 agent.ended',
    ]);
    expect(harness.ofType('agent.waiting')).toMatchObject([{ for: 'to be resumed' }]);
  });

  test('that ends before the turn does is not noticed', async () => {
    const [paused, plain] = [createHarness(options), createHarness(options)];
    const ends = [paused.run(), plain.run()];
    await paused.clock.sleep(1_500);
    paused.supervisor.pause('agent/0');
    await paused.clock.sleep(100);
    paused.supervisor.resume('agent/0');
    await Promise.all(ends);
    const others = types(paused).filter((line) => !/paused|resumed/.test(line));
    expect(others).toEqual(types(plain));
  });

  test('of an agent that has nothing left does not keep it from ending', async () => {
    const harness = createHarness({ ...options, decide: () => ({ reply: 'x' }), items: [{ template: 'a' }] });
    const end = harness.run();
    harness.supervisor.pause('agent/0');
    await harness.clock.sleep(10);
    expect(types(harness)).toEqual(['0 agent.paused', '0 agent.started', '0 agent.waiting']);
    harness.supervisor.resume('agent/0');
    expect(await end).toBe('finished');
  });

  test('holds back messages, which are observed in their order after it', async () => {
    const harness = createHarness({
      decide: ({ observation }) => ({ reply: observation.text }),
      items: [],
      group: { observe: { items: [], inbox: true } },
      keepOpen: true,
    });
    const end = harness.run();
    await harness.clock.sleep(10);
    harness.supervisor.pause('agent/0');
    for (const body of ['one', 'two']) harness.supervisor.office.input('user', 'agent/0', body);
    await harness.clock.sleep(10);
    expect(harness.ofType('agent.observed')).toEqual([]);
    harness.supervisor.resume('agent/0');
    await harness.clock.sleep(10);
    expect(harness.ofType('agent.replied').map(({ reply }) => reply)).toEqual(['one', 'two']);
    harness.supervisor.drain('over');
    await end;
  });

  test('stops the time of the observation, which goes on with what was left', async () => {
    let hangs = false;
    const harness = createHarness({
      ...options,
      decide: (request, context) => (hangs ? new Promise(() => {}) : slow(request, context)),
      group: { limits: { turns: 8, identicalCalls: 3, wallMs: 7_000 } },
    });
    const end = harness.run();
    await harness.clock.sleep(1_500);
    harness.supervisor.pause('agent/0');
    hangs = true;
    await harness.clock.sleep(98_500);
    harness.supervisor.resume('agent/0');
    await end;
    // 1.5 s before the pause and 5.5 s after it.
    expect(harness.ofType('agent.ended')).toMatchObject([{ at: 105_500, error: { code: 'WALL_LIMIT' } }]);
  });

  test('leaves no time running for an observation that was answered meanwhile', async () => {
    const harness = createHarness({
      decide: async (_, context) => {
        await context.sleep(1_000);
        return { reply: 'x' };
      },
      items: [{ template: 'one' }, { template: 'two' }],
      group: { limits: { turns: 8, identicalCalls: 3, wallMs: 1_500 } },
      keepOpen: true,
    });
    const end = harness.run();
    await harness.clock.sleep(500);
    harness.supervisor.pause('agent/0');
    await harness.clock.sleep(10_000);
    harness.supervisor.resume('agent/0');
    expect(await end).toBe('finished');
    expect(harness.ofType('agent.ended')).toMatchObject([{ at: 11_500, status: 'done' }]);
  });
});

import { describe, expect, test } from 'vitest';
import { createHarness } from '../agent/harness.ts';

describe('pause and resume', () => {
  const waiting = { items: [], group: { observe: { items: [], inbox: true } } };

  test('are told once, and of agents that are there', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), ...waiting, count: 2, keepOpen: true });
    const end = harness.run();
    await harness.clock.sleep(10);
    const { supervisor } = harness;
    supervisor.resume('agent/0');
    supervisor.pause('agent/0');
    supervisor.pause('agent/0');
    supervisor.resume('agent/0');
    supervisor.resume('agent/0');
    const types = harness.events.map(({ type }) => type).filter((type) => /paused|resumed/.test(type));
    expect(types).toEqual(['agent.paused', 'agent.resumed']);
    expect(() => supervisor.pause('agent/7')).toThrow('Cannot pause "agent/7": no such agent is running');
    supervisor.stop('agent/0');
    expect(() => supervisor.pause('agent/0')).toThrow(expect.objectContaining({ code: 'AGENT_UNKNOWN' }));
    expect(() => supervisor.resume('agent/0')).toThrow('Cannot resume "agent/0": no such agent is running');
    supervisor.drain('over');
    await end;
  });

  test('a run does not count as stalled while one of its agents is paused, and does again when it is resumed', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), ...waiting, count: 3 });
    const end = harness.run();
    harness.supervisor.pause('agent/1');
    await harness.clock.sleep(60_000);
    expect(harness.ofType('run.stalled')).toEqual([]);
    harness.supervisor.resume('agent/1');
    expect(await end).toBe('stalled');
    expect(harness.ofType('agent.waiting').map((event) => [event.agent, event.for])).toEqual([
      ['agent/0', 'a message'],
      ['agent/1', 'to be resumed'],
      ['agent/2', 'a message'],
      ['agent/1', 'a message'],
    ]);
  });

  test('a run whose paused agent is stopped stalls if all others wait', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), ...waiting, count: 2 });
    const end = harness.run();
    harness.supervisor.pause('agent/1');
    await harness.clock.sleep(1_000);
    harness.supervisor.stop('agent/1');
    expect(await end).toBe('stalled');
  });

  test('one that is paused before its start starts, and takes nothing', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), count: 2 });
    const end = harness.run();
    harness.supervisor.pause('agent/1');
    await harness.clock.sleep(1_000);
    expect(harness.ofType('agent.started')).toHaveLength(2);
    expect(harness.ofType('agent.observed').map(({ agent }) => agent)).toEqual(['agent/0']);
    expect(harness.supervisor.view('agent/1')).toMatchObject({ value: 'observe', context: { paused: true, turn: 0 } });
    harness.supervisor.resume('agent/1');
    expect(await end).toBe('finished');
  });

  test('paused and resumed before its start is as nothing', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }) });
    const end = harness.run();
    harness.supervisor.pause('agent/0');
    harness.supervisor.resume('agent/0');
    expect(await end).toBe('finished');
    expect(harness.ofType('agent.waiting')).toEqual([]);
  });

  test('a drain ends those who are paused, as far as they have come', async () => {
    const harness = createHarness({
      decide: async (_, context) => {
        await context.sleep(1_000);
        return { reply: 'x' };
      },
      items: [{ template: 'one' }, { template: 'two' }],
      count: 2,
    });
    const end = harness.run();
    await harness.clock.sleep(500);
    harness.supervisor.pause('agent/0');
    await harness.clock.sleep(1_000);
    harness.supervisor.drain('enough');
    expect(await end).toBe('drained');
    expect(harness.clock.elapsed()).toBe(2_000);
    expect(await harness.memory.snapshot('run', 'agent/0')).toMatchObject({ status: 'running', turn: 1, taken: 1 });
  });
});

describe('before the start', () => {
  test('a stopped agent never starts, is told as ended, and is remembered as stopped', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), count: 3 });
    const end = harness.run();
    harness.supervisor.pause('agent/1');
    harness.supervisor.stop('agent/1');
    expect(harness.supervisor.alive().map(({ id }) => id)).toEqual(['agent/0', 'agent/2']);
    expect(() => harness.supervisor.stop('agent/1')).toThrow(expect.objectContaining({ code: 'AGENT_UNKNOWN' }));
    expect(await end).toBe('finished');
    expect(harness.ofType('agent.started').map(({ agent }) => agent)).toEqual(['agent/0', 'agent/2']);
    expect(harness.ofType('agent.ended')[0]).toMatchObject({ agent: 'agent/1', status: 'stopped', turns: 0 });
    expect(await harness.memory.snapshot('run', 'agent/1')).toMatchObject({ status: 'stopped' });
    expect(await harness.memory.journal('run', 'agent/1')).toMatchObject([{ type: 'ended', status: 'stopped' }]);
  });

  test('a run of which all are stopped ends', async () => {
    const harness = createHarness({ decide: () => ({ reply: 'x' }), count: 70 });
    const end = harness.run();
    for (const { id } of harness.specs) harness.supervisor.stop(id);
    expect(await end).toBe('finished');
    expect(harness.ofType('agent.started')).toEqual([]);
    expect(harness.ofType('agent.ended')).toHaveLength(70);
  });
});

test('alive are those who have not ended, started or not, in order', async () => {
  const harness = createHarness({ decide: () => new Promise(() => {}), count: 100, keepOpen: true });
  const alive = () => harness.supervisor.alive().length;
  expect(alive()).toBe(100);
  const end = harness.run();
  await harness.clock.sleep(10);
  harness.supervisor.stop('agent/50');
  expect(alive()).toBe(99);
  expect(harness.supervisor.view('agent/50')).toBeUndefined();
  expect(harness.supervisor.pendingJournal('agent/50')).toBeUndefined();
  expect(harness.supervisor.pendingJournal('agent/51')).toMatchObject([
    { type: 'observed' },
    { type: 'model.intended' },
  ]);
  expect(harness.supervisor.pendingJournal('agent/51')).toBe(harness.supervisor.pendingJournal('agent/51'));
  harness.supervisor.drain('over');
  await end;
  expect(alive()).toBe(0);
});

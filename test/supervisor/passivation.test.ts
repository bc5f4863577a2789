import { describe, expect, test } from 'vitest';
import { Passivation } from '../../src/supervisor/passivation.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { createHarness, type HarnessOptions } from '../agent/harness.ts';

const group = { observe: { items: [], inbox: true }, idleAfterMs: 1_000 };

function waiting(options: Partial<HarnessOptions> = {}) {
  return createHarness({
    items: [],
    group,
    keepOpen: true,
    decide: ({ observation, transcript }) => ({ reply: `${observation.text} after ${transcript.length - 1}` }),
    ...options,
  });
}

type Harness = ReturnType<typeof createHarness>;
const types = (harness: Harness) =>
  harness.events.flatMap(({ type }) => (/passivated|woken|started|ended/.test(type) ? [type] : []));
const replies = (harness: Harness) => harness.ofType('agent.replied').map(({ reply }) => reply);

describe('an agent without anything to do', () => {
  test('that has never had is not even made', async () => {
    const harness = waiting({ count: 3 });
    const end = harness.run();
    await harness.clock.sleep(10);
    expect(types(harness)).toEqual(Array(3).fill('agent.passivated'));
    harness.supervisor.drain('enough');
    expect(await end).toBe('drained');
  });

  test('leaves after its time and wakes with all it knew', async () => {
    const harness = waiting({ items: [{ template: 'first' }] });
    const end = harness.run();
    await harness.clock.sleep(999);
    expect(harness.supervisor.view('agent/0')).toBeDefined();
    await harness.clock.sleep(2);
    expect(harness.supervisor.view('agent/0')).toBeUndefined();
    harness.supervisor.office.input('user', 'agent/0', 'second');
    harness.supervisor.office.input('user', 'agent/0', 'third');
    await harness.clock.sleep(10);
    expect(replies(harness)).toEqual(['first after 0', 'second after 2', 'third after 4']);
    expect(types(harness)).toEqual(['agent.started', 'agent.passivated', 'agent.woken']);
    harness.supervisor.drain('enough');
    await end;
    const transcript = await harness.memory.transcript('run', 'agent/0');
    expect(transcript).toHaveLength(6);
    expect(await harness.memory.snapshot('run', 'agent/0')).toMatchObject({ turn: 3, messages: 2 });
  });

  test('does not observe again in its next life what it has observed before it slept', async () => {
    const harness = waiting();
    const end = harness.run();
    const send = (id: string) => harness.supervisor.office.input('user', 'agent/0', id, { id });
    for (const id of ['m1', 'm2', 'm1', 'm2', 'm3']) {
      send(id);
      await harness.clock.sleep(2_000);
    }
    expect(replies(harness)).toEqual(['m1 after 0', 'm2 after 2', 'm3 after 4']);
    // Several that come in its sleep.
    for (const id of ['m3', 'm4', 'm4', 'm5']) send(id);
    await harness.clock.sleep(10);
    expect(replies(harness).slice(3)).toEqual(['m4 after 6', 'm5 after 8']);
    harness.supervisor.drain('enough');
    await end;
  });

  test('that is kept busy stays', async () => {
    const harness = waiting({ items: [{ template: 'first' }] });
    const end = harness.run();
    for (let i = 0; i < 5; i++) {
      await harness.clock.sleep(900);
      harness.supervisor.office.input('user', 'agent/0', `message ${i}`);
    }
    expect(types(harness)).toEqual(['agent.started']);
    harness.supervisor.drain('enough');
    await end;
  });

  test('that is paused stays, and one that sleeps may be paused', async () => {
    const harness = waiting({ count: 2, items: [{ template: 'first' }] });
    const end = harness.run();
    await harness.clock.sleep(10);
    harness.supervisor.pause('agent/0');
    await harness.clock.sleep(2_000);
    expect(harness.supervisor.view('agent/0')).toBeDefined();
    harness.supervisor.pause('agent/1');
    harness.supervisor.office.input('user', 'agent/1', 'second');
    await harness.clock.sleep(10);
    expect(replies(harness)).toHaveLength(2);
    harness.supervisor.resume('agent/1');
    await harness.clock.sleep(10);
    expect(replies(harness)).toHaveLength(3);
    harness.supervisor.drain('enough');
    await end;
  });

  test('may be stopped in its sleep', async () => {
    const harness = waiting({ items: [{ template: 'first' }] });
    const end = harness.run();
    await harness.clock.sleep(2_000);
    harness.supervisor.stop('agent/0');
    expect(await end).toBe('finished');
    expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'stopped' }]);
    expect(await harness.memory.snapshot('run', 'agent/0')).toMatchObject({ status: 'stopped', turn: 1 });
    expect(() => harness.supervisor.office.input('user', 'agent/0', 'late')).toThrow('has ended');
  });
});

test('when everybody has slept since its work and nobody may send, the run has finished', async () => {
  const harness = waiting({
    count: 2,
    items: [{ template: 'first' }],
    keepOpen: false,
    group: { ...group, idleAfterMs: 0 },
  });
  expect(await harness.run()).toBe('finished');
  expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'done' }, { status: 'done' }]);
  for (const agent of ['agent/0', 'agent/1']) {
    expect(await harness.memory.snapshot('run', agent)).toMatchObject({ status: 'done', turn: 1 });
  }
});

test('when everybody has slept from the start and nobody may send, the run has stalled', async () => {
  const harness = waiting({ count: 2, keepOpen: false });
  expect(await harness.run()).toBe('stalled');
  expect(harness.ofType('run.stalled')).toEqual([
    expect.objectContaining({ waiting: ['agent/0', 'agent/1'].map((agent) => ({ agent, for: 'a message' })) }),
  ]);
  expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'stopped' }, { status: 'stopped' }]);
});

test('agents that send to each other in their sleep do not stall', async () => {
  const harness = waiting({ count: 2, keepOpen: false });
  const end = harness.run();
  harness.supervisor.office.input('user', 'agent/0', 'hello');
  await end;
  expect(replies(harness)).toEqual(['hello after 0']);
});

test('a memory that cannot give an agent back costs that agent', async () => {
  const harness = waiting({
    count: 2,
    items: [{ template: 'first' }],
    store: (inner) => ({
      ...inner,
      history: (run, agent) => (agent === 'agent/0' ? Promise.reject(new Error('damaged')) : inner.history(run, agent)),
    }),
  });
  const end = harness.run();
  await harness.clock.sleep(2_000);
  for (const agent of ['agent/0', 'agent/1']) harness.supervisor.office.input('user', agent, 'second');
  await harness.clock.sleep(10);
  expect(harness.ofType('agent.ended')).toMatchObject([
    { agent: 'agent/0', status: 'failed', error: { message: 'damaged' } },
  ]);
  expect(replies(harness)).toContain('second after 2');
  harness.supervisor.drain('enough');
  await end;
});

test('one that fails in its sleep while it is paused does not keep the run up', async () => {
  const harness = waiting({
    count: 2,
    items: [{ template: 'first' }],
    keepOpen: false,
    store: (inner) => ({ ...inner, history: () => Promise.reject(new Error('damaged')) }),
  });
  const end = harness.run();
  harness.supervisor.pause('agent/0');
  await harness.clock.sleep(2_000);
  harness.supervisor.pause('agent/1');
  harness.supervisor.office.input('user', 'agent/1', 'second');
  await harness.clock.sleep(10);
  expect(harness.ofType('agent.ended')).toMatchObject([{ agent: 'agent/1', status: 'failed' }]);
  harness.supervisor.resume('agent/0');
  expect(await end).toBe('finished');
});

test('those with a shorter time do not wait for those with a longer one', async () => {
  const { env, clock, specs } = waiting();
  const [spec] = specs;
  const asleep: string[] = [];
  const passivation = new Passivation(env, {
    maySleep: () => true,
    vacate: (agent) => asleep.push(agent),
    start: () => {},
    fail: () => {},
  });
  for (const [id, idleAfterMs] of Object.entries({ long: 5_000, short: 1_000 }))
    passivation.rest({ ...spec!, id, group: { ...spec!.group, idleAfterMs } });
  await clock.sleep(1_001);
  expect(asleep).toEqual(['short']);
  await clock.sleep(4_000);
  expect(asleep).toEqual(['short', 'long']);
});

test('a run that is resumed goes on with those who slept', async () => {
  const first = waiting({ items: [{ template: 'first' }] });
  const end = first.run();
  await first.clock.sleep(2_000);
  first.supervisor.drain('enough');
  await end;
  const { resumed, specs } = await findRemaining(first.memory, 'run', first.specs);
  expect(specs).toHaveLength(1);
  expect(resumed.get('agent/0')?.point).toMatchObject({ turn: 1, taken: 1 });
});

import { describe, expect, test } from 'vitest';
import type { CallContext } from '../../src/base/call-context.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { MemoryBatch } from '../../src/protocol.ts';
import { calls, createHarness, type HarnessOptions, timedTool, tool } from './harness.ts';

const SLOW_MS = 300;

/** A disk that takes 300 ms for everything, and a note of when each write began and was acknowledged. */
function createSlowRun(options: Partial<HarnessOptions>) {
  const writes: { at: number; done: number; batch: MemoryBatch }[] = [];
  const harness = createHarness({
    decide: async ({ step }, context: CallContext) => {
      await context.sleep(1_000);
      return step === 1 ? { toolCalls: calls('work') } : { reply: 'Done' };
    },
    tools: [timedTool('work', 500, true)],
    store: (inner): MemoryStore => ({
      ...inner,
      append(run, agent, batch) {
        const at = harness.clock.elapsed();
        const written = harness.clock.sleep(SLOW_MS).then(() => inner.append(run, agent, batch));
        return written.then(() => void writes.push({ at, done: harness.clock.elapsed(), batch }));
      },
    }),
    ...options,
  });
  return { harness, writes };
}

describe('async', () => {
  test('a slow store delays neither a turn nor the reply', async () => {
    const { harness, writes } = createSlowRun({ durability: 'async' });
    await harness.run();
    expect(harness.ofType('agent.decided').map((event) => event.at)).toEqual([1_000, 2_500]);
    expect(harness.ofType('agent.replied')).toMatchObject([{ at: 2_500 }]);
    expect(harness.ofType('agent.ended')).toMatchObject([{ at: 2_500 }]);
    await harness.clock.sleep(1_000);
    expect(writes.map(({ at, done }) => [at, done])).toEqual([
      [1_000, 1_300],
      [1_500, 1_800],
      [2_500, 2_800],
    ]);
  });

  test('a store that has fallen too far behind holds agents in storing until there is room', async () => {
    let makeRoom = () => {};
    const full = new Promise<void>((resolve) => {
      makeRoom = resolve;
    });
    let short = true;
    const harness = createHarness({
      decide: () => ({ reply: 'x' }),
      store: (inner) => ({ ...inner, room: () => (short ? full : undefined) }),
    });
    const end = harness.run();
    await harness.clock.sleep(5_000);
    expect(harness.ofType('agent.ended')).toEqual([]);
    short = false;
    makeRoom();
    await end;
    expect(harness.ofType('agent.ended')).toMatchObject([{ at: 5_000, status: 'done' }]);
  });

  test('a write that fails is told to the run', async () => {
    const harness = createHarness({
      decide: () => ({ reply: 'x' }),
      store: (inner) => ({ ...inner, append: () => Promise.reject(new Error('disk full')) }),
    });
    await harness.run();
    expect(harness.storeErrors).toMatchObject([{ message: 'disk full' }]);
  });
});

describe('sync', () => {
  test('each effect starts only after the write ahead of it is acknowledged', async () => {
    const { harness, writes } = createSlowRun({ durability: 'sync' });
    await harness.run();
    expect(harness.ofType('agent.decided').map((event) => event.at)).toEqual([1_300, 3_700]);
    expect(harness.ofType('tool.started')).toMatchObject([{ at: 1_600 }]);
    expect(harness.ofType('agent.stored').map((event) => event.at)).toEqual([2_400, 4_000]);
    expect(harness.ofType('agent.ended')).toMatchObject([{ at: 4_000 }]);
    expect(writes.map(({ batch }) => batch.journal.map((record) => record.type))).toEqual([
      ['observed', 'model.intended'],
      ['model.done', 'tools.intended'],
      ['tool.done'],
      ['observed', 'model.intended'],
      ['model.done', 'ended'],
    ]);
  });

  test('an agent whose turn cannot be stored fails', async () => {
    const harness = createHarness({
      decide: () => ({ reply: 'x' }),
      durability: 'sync',
      store: (inner) => ({
        ...inner,
        append: (run, agent, batch) =>
          batch.snapshot ? Promise.reject(new Error('disk full')) : inner.append(run, agent, batch),
      }),
    });
    await harness.run();
    expect(harness.ofType('agent.ended')).toMatchObject([{ status: 'failed', error: { message: 'disk full' } }]);
  });
});

test('what a turn leaves behind is the whole of it, and the snapshot stays small', async () => {
  const harness = createHarness({
    decide: ({ step }) =>
      step === 1 ? { reply: 'thinking', toolCalls: calls('work') } : { reply: 'y'.repeat(10_000) },
    tools: [tool('work', () => ({ n: 1 }))],
  });
  await harness.run();
  expect(await harness.memory.transcript('run', 'agent/0')).toEqual([
    { role: 'user', content: 'Go' },
    { role: 'assistant', content: 'thinking', toolCalls: calls('work') },
    { role: 'tool', callId: 'c1', name: 'work', isError: false, content: '{"n":1}' },
    { role: 'assistant', content: 'y'.repeat(10_000), toolCalls: [] },
  ]);
  const snapshot = await harness.memory.snapshot('run', 'agent/0');
  expect(snapshot).toMatchObject({
    agent: 'agent/0',
    status: 'done',
    turn: 2,
    step: 2,
    taken: 1,
    answered: true,
  });
  expect(snapshot?.reply).toHaveLength(4_096);
});

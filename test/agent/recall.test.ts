import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentEnvironment } from '../../src/agent/environment.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { OnUnknown } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import type { Tool, ToolContext } from '../../src/tools/tool.ts';
import { createHarness, type HarnessOptions, toGoOn } from './harness.ts';

const OBSERVATIONS = 3;

/** What the world has seen, whatever processes came and went. */
interface World {
  /** Calls that had their effect, by tool and key. */
  readonly effects: Map<string, number>;
  /** Answers that arrived and were written down. */
  asked: number;
  answers: number;
}

/** A tool whose effect comes in the middle of its call, so that a crash may be before or after it. */
function effective(name: string, effects: Tool['effects'], world: World): Tool {
  const execute = async (_: unknown, context: ToolContext) => {
    await context.sleep(40);
    const key = `${name} ${context.agent} ${context.idempotencyKey}`;
    world.effects.set(key, (world.effects.get(key) ?? 0) + 1);
    await context.sleep(60);
    return name;
  };
  return { name, effects, description: '', parameters: { type: 'object' }, timeoutMs: 1e6, external: false, execute };
}

/** Lets nothing through any more once the process is dead. */
function mortal(inner: MemoryStore, life: { dead: boolean }): MemoryStore {
  return { ...inner, append: (...batch) => (life.dead ? new Promise(() => {}) : inner.append(...batch)) };
}

/** Runs to the end through crashes at the moments given, in milliseconds of each life. */
async function live(crashes: readonly number[], world: World, options: Partial<HarnessOptions> = {}) {
  const memory = createInMemoryStore();
  const replies: string[] = [];
  const settled: string[] = [];
  for (const crashAt of [...crashes, Number.POSITIVE_INFINITY]) {
    const life = { dead: false };
    const harness = createHarness({
      count: 2,
      items: Array(OBSERVATIONS).fill({ template: 'Go' }),
      store: () => mortal(memory, life),
      tools: [effective('look', 'none', world), effective('put', 'idempotent', world), effective('pay', 'once', world)],
      decide: async ({ observation }, context) => {
        world.asked++;
        await context.sleep(30);
        world.answers++;
        if (observation.kind === 'results')
          return { reply: JSON.stringify(observation.results?.map((r) => r.content)) };
        return { toolCalls: ['look', 'put', 'pay'].map((name) => ({ id: `call-${name}`, name, args: {} })) };
      },
      ...options,
    });
    const remaining = await findRemaining(memory, 'run', harness.specs);
    harness.clock.skipTo(remaining.storedAt);
    const from = harness.clock.elapsed();
    const end = new Supervisor(harness.env as AgentEnvironment, toGoOn(remaining)).run();
    if (crashAt < Number.POSITIVE_INFINITY) {
      const crashed = harness.clock.sleep(crashAt).then(() => 'crashed');
      if ((await Promise.race([end, crashed])) === 'crashed') {
        life.dead = true;
        harness.clock.stop();
        continue;
      }
    } else await end;
    replies.push(...harness.ofType('agent.replied').map((event) => event.reply));
    settled.push(...harness.ofType('agent.ended').map((event) => `${event.agent} ${event.status}`));
    expect(harness.clock.elapsed()).toBeGreaterThanOrEqual(from);
  }
  return { memory, replies, settled };
}

const world = (): World => ({ effects: new Map(), asked: 0, answers: 0 });

describe('whatever is killed when', () => {
  test('what may happen once happens at most once, what is idempotent has one key, and every observation is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 }), async (crashes) => {
        const seen = world();
        const { memory } = await live(crashes, seen);
        const kinds = { look: 0, put: 0, pay: 0 };
        for (const [key, times] of seen.effects) {
          const [name] = key.split(' ') as [keyof typeof kinds];
          kinds[name]++;
          if (name === 'pay') expect(times, key).toBe(1);
        }
        // A key is one action: as many as were decided, however often they were made.
        expect(kinds.put).toBe(2 * OBSERVATIONS);
        expect(kinds.look).toBe(2 * OBSERVATIONS);
        expect(kinds.pay).toBeLessThanOrEqual(2 * OBSERVATIONS);
        for (const snapshot of await memory.snapshots('run')) {
          expect(snapshot).toMatchObject({ status: 'done', turn: 2 * OBSERVATIONS, taken: OBSERVATIONS });
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the journal and transcript hold each thing once', async () => {
    const { memory } = await live([35, 75, 120, 165, 90], world());
    for (const agent of ['agent/0', 'agent/1']) {
      const journal = await memory.journal('run', agent);
      const decisions = journal.filter(({ type }) => type === 'model.done').map(({ turn }) => turn);
      expect(decisions).toEqual([...new Set(decisions)]);
      const transcript = await memory.transcript('run', agent);
      expect(transcript.map(({ role }) => role)).toEqual(
        Array(OBSERVATIONS).fill(['user', 'assistant', 'tool', 'tool', 'tool', 'assistant']).flat(),
      );
    }
  });
});

describe('a turn that was cut short', () => {
  const cutAt = (moment: number, onUnknown: OnUnknown = 'report') => {
    const seen = world();
    return live([moment], seen, { count: 1, items: [{ template: 'Go' }], onUnknown }).then((run) => ({ ...run, seen }));
  };

  test('after its decision asks nobody again', async () => {
    const { seen, replies } = await cutAt(35);
    expect([seen.asked, seen.answers]).toEqual([2, 2]);
    expect(replies).toHaveLength(1);
  });

  test('before its decision asks again', async () => {
    const { seen } = await cutAt(20);
    expect([seen.asked, seen.answers]).toEqual([3, 2]);
  });

  test('with no call left to make is stored at once', async () => {
    const seen = world();
    const { replies, memory } = await live([100], seen, {
      count: 1,
      items: [{ template: 'Go' }],
      decide: async ({ observation }, context) => {
        await context.sleep(30);
        if (observation.kind === 'results') return { reply: observation.text };
        return { toolCalls: [{ id: 'c', name: 'pay', args: {} }] };
      },
    });
    expect([...seen.effects.values()]).toEqual([1]);
    expect(replies[0]).toContain('interrupted');
    const journal = await memory.journal('run', 'agent/0');
    expect(journal.map(({ type }) => type)).toContain('tool.unknown');
  });

  test('in a call that may happen once: its agent is told, and the others are made again', async () => {
    const { seen, replies } = await cutAt(100);
    expect([...seen.effects.values()]).toEqual([2, 2, 1]);
    expect(JSON.parse(replies[0] ?? '')).toEqual(['look', 'put', { error: expect.any(String), interrupted: true }]);
  });

  test('with retry makes it again under the same key', async () => {
    const { seen, replies } = await cutAt(100, 'retry');
    expect([...seen.effects.values()]).toEqual([2, 2, 2]);
    expect(JSON.parse(replies[0] ?? '')).toEqual(['look', 'put', 'pay']);
  });

  test('with fail ends its agent', async () => {
    const { settled, memory } = await cutAt(100, 'fail');
    expect(settled).toEqual(['agent/0 failed']);
    expect(await memory.snapshot('run', 'agent/0')).toMatchObject({ error: { code: 'CALL_UNKNOWN' } });
  });
});

test('the time of an observation goes on where it was', async () => {
  const limits = { turns: 8, identicalCalls: 3, wallMs: 500 };
  const slow = effective('look', 'none', world());
  const memory = createInMemoryStore();
  const options: HarnessOptions = {
    store: () => memory,
    group: { limits },
    tools: [{ ...slow, execute: () => new Promise(() => {}) }],
    decide: () => ({ toolCalls: [{ id: 'c', name: 'look', args: {} }] }),
  };
  const first = createHarness(options);
  void first.run();
  await first.clock.sleep(400);
  first.clock.stop();
  const second = createHarness(options);
  const remaining = await findRemaining(memory, 'run', second.specs);
  second.clock.skipTo(400);
  await new Supervisor(second.env, toGoOn(remaining)).run();
  expect(second.clock.elapsed()).toBe(500);
  expect(second.ofType('agent.ended')[0]).toMatchObject({ error: { code: 'WALL_LIMIT' } });
});

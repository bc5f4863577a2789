import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { JournalRecord, PersonAnswer } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { asking, askingTool, callOnce } from '../agent/asking.ts';
import { type HarnessOptions, toGoOn, tool } from '../agent/harness.ts';

const HOUR = 3_600_000;
/** More than any of these takes. */
const WRITES_MAX = 40;

type Said = Omit<PersonAnswer, 'by'> | undefined;
/** What a person says to a call, by its amount. Undefined: nothing. */
type Person = (amount: number) => Said;

/** A payment that was made, and what memory said of its approval at that moment. */
interface Payment {
  readonly agent: string;
  readonly amount: number;
  readonly key: string;
  readonly answered: readonly string[];
}

interface Case {
  readonly options: Partial<HarnessOptions>;
  readonly person: Person;
  /** After so many milliseconds. */
  readonly latencyMs?: number;
  readonly effects?: Tool['effects'];
  readonly deadlineMs?: number;
  readonly otherwise?: 'approve' | 'reject';
}

/** Everything that survives the lives of one run. */
function createRun({ options, person, latencyMs = 10, effects = 'once', deadlineMs, otherwise = 'reject' }: Case) {
  const memory = createInMemoryStore();
  const payments: Payment[] = [];
  const asked: string[] = [];

  /** One life, until its end or for an hour. @param writes The store takes so many, and then nothing more. */
  async function live(writes: number): Promise<{ crashed: boolean; ended: boolean }> {
    let left = writes;
    const lost = new Promise<never>(() => {});
    const store: MemoryStore = {
      ...memory,
      append: (...args) => (left-- > 0 ? memory.append(...args) : lost),
    };
    const pay = askingTool(
      'pay',
      async (args, { agent, idempotencyKey: key }) => {
        const journal = await memory.journal('run', agent);
        const answered = journal.flatMap((record) => (record.type === 'approval.answered' ? [record.answer] : []));
        // After a crash nothing that goes on is real any more.
        if (left >= 0) payments.push({ agent, amount: Number(args.amount), key, answered });
        return { paid: args.amount ?? null };
      },
      {
        effects,
        parameters: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
        approval: { kind: 'approval', otherwise, ...(deadlineMs !== undefined && { deadlineMs }) },
      },
    );
    const it = asking({ ...options, store: () => store, tools: [pay, ...(options.tools ?? [])] });
    const remaining = await findRemaining(memory, 'run', it.specs);
    it.clock.skipTo(remaining.storedAt);
    const { env } = it;
    const supervisor = new Supervisor(env, {
      ...toGoOn(remaining, { ...toGoOnSupervision(options) }),
      isOpen: () => true,
    });
    Object.defineProperty(env, 'mailroom', { value: supervisor.office });
    Object.assign(env, {
      idle: (agent: string) => supervisor.idle(agent),
      isDraining: () => supervisor.isDraining,
      park: (agent: string) => supervisor.park(agent),
    });
    const emit = env.emit;
    Object.assign(env, {
      emit: (fact: Parameters<typeof emit>[0]) => {
        emit(fact);
        if (fact.type !== 'approval.requested' || left < 0) return;
        asked.push(`${fact.agent}:${fact.callId}`);
        const said = person(Number(fact.call.args.amount));
        if (said === undefined) return;
        env.clock.setTimer(latencyMs, () => {
          // Somebody may have been faster, or it is asked again.
          try {
            env.people.answer(fact, { by: 'ann', ...said });
          } catch {}
        });
      },
    });
    let ended = false;
    await Promise.race([supervisor.run().then(() => (ended = true)), it.clock.sleep(HOUR)]);
    it.clock.stop();
    return { crashed: left < 0, ended };
  }

  const journal = (agent = 'agent/0') => memory.journal('run', agent);
  const replies = async (agent = 'agent/0') => (await memory.snapshot('run', agent))?.reply;
  return { memory, payments, asked, live, journal, replies };
}

function toGoOnSupervision(options: Partial<HarnessOptions>) {
  return {
    strategy: 'one_for_one',
    maxRestarts: 100,
    withinMs: 5_000,
    shutdownMs: 5_000,
    ...options.supervision,
  } as const;
}

const approve: Person = () => ({ answer: 'approve' });
const reject: Person = () => ({ answer: 'reject', reason: 'no' });
const edit: Person = () => ({ answer: 'edit', args: { amount: 1 } });
const mixed: Person = (amount) => [approve, reject, edit][amount % 3]?.(amount);

/** What must be true of any run, whatever has happened to it. */
function assertSound(run: ReturnType<typeof createRun>, effects: Tool['effects'] = 'once'): void {
  for (const { answered } of run.payments) {
    expect(answered.some((answer) => answer === 'approved' || answer === 'edited')).toBe(true);
  }
  const keys = run.payments.map(({ agent, key }) => `${agent} ${key}`);
  if (effects === 'once') expect(keys).toEqual([...new Set(keys)]);
}

function count(journal: readonly JournalRecord[], type: JournalRecord['type']): number {
  return journal.filter((record) => record.type === type).length;
}

const pays = (...amounts: number[]) => callOnce(...amounts.map((amount) => ['pay', { amount }] as const));

describe.each([
  ['approved', approve, [5]],
  ['rejected', reject, []],
  ['edited', edit, [1]],
] as const)('a call that is %s', (_, person, amounts) => {
  test.each(['async', 'sync'] as const)('survives a crash after any write, with durability %s', async (durability) => {
    const whole = createRun({ options: { decide: pays(5), durability }, person });
    await whole.live(Number.POSITIVE_INFINITY);
    const expected = await whole.replies();
    let crashes = 0;
    for (let writes = 0; writes < WRITES_MAX; writes++) {
      const run = createRun({ options: { decide: pays(5), durability }, person });
      const { crashed } = await run.live(writes);
      if (crashed) crashes++;
      expect(await run.live(Number.POSITIVE_INFINITY)).toEqual({ crashed: false, ended: true });
      assertSound(run);
      const journal = await run.journal();
      expect(count(journal, 'approval.requested')).toBe(1);
      expect(count(journal, 'approval.answered')).toBe(1);
      const wasCut = count(journal, 'tool.unknown') > 0;
      if (wasCut) continue;
      expect(run.payments.map(({ amount }) => amount)).toEqual(amounts);
      expect(await run.replies()).toBe(expected);
    }
    expect(crashes).toBeGreaterThan(2);
  });
});

test('one that waited is asked again after a crash, and one that was answered is not', async () => {
  const run = createRun({
    options: { decide: pays(3, 6) },
    person: (amount) => (amount === 3 ? { answer: 'approve' } : undefined),
  });
  await run.live(Number.POSITIVE_INFINITY);
  expect(run.asked).toEqual(['agent/0:1/1', 'agent/0:1/2']);
  expect(run.payments.map(({ amount }) => amount)).toEqual([3]);
  await run.live(Number.POSITIVE_INFINITY);
  expect(run.asked.slice(2)).toEqual(['agent/0:1/2']);
  expect(run.payments).toHaveLength(1);
});

test('its deadline goes on by the run’s clock, which stands still while the run does not run', async () => {
  const run = createRun({
    options: { decide: pays(5) },
    person: () => undefined,
    deadlineMs: 2 * HOUR,
    otherwise: 'approve',
  });
  expect(await run.live(Number.POSITIVE_INFINITY)).toMatchObject({ ended: false });
  // Nothing was stored in that hour.
  expect(await run.live(Number.POSITIVE_INFINITY)).toMatchObject({ ended: false });
  const journal = await run.journal();
  expect(journal.find(({ type }) => type === 'approval.requested')).toMatchObject({ deadlineAt: 2 * HOUR });
  const { specs } = asking();
  await run.memory.append('run', 'agent/1', {
    journal: [
      {
        type: 'received',
        turn: 0,
        at: 1.5 * HOUR,
        message: { id: 'm', from: 'x', to: 'agent/1', body: '', at: 0 } as never,
      },
    ],
    transcript: [],
  });
  expect((await findRemaining(run.memory, 'run', [...specs, { ...specs[0]!, id: 'agent/1' }])).storedAt).toBe(
    1.5 * HOUR,
  );
});

test('an answer that is written into memory while nothing runs is gone on by', async () => {
  const run = createRun({ options: { decide: pays(5) }, person: () => undefined });
  await run.live(Number.POSITIVE_INFINITY);
  const answered = {
    type: 'approval.answered',
    turn: 1,
    at: 1,
    call: 'c1',
    answer: 'edited',
    args: { amount: 2 },
    by: 'terminal',
  } as const;
  await run.memory.append('run', 'agent/0', { journal: [answered], transcript: [] });
  expect(await run.live(Number.POSITIVE_INFINITY)).toMatchObject({ ended: true });
  expect(run.payments).toMatchObject([{ amount: 2, answered: ['edited'] }]);
  expect(run.asked).toHaveLength(1);
});

test('an answer that does not fit any more is asked for anew', async () => {
  const run = createRun({ options: { decide: pays(5) }, person: () => undefined });
  await run.live(Number.POSITIVE_INFINITY);
  const answered = {
    type: 'approval.answered',
    turn: 1,
    at: 1,
    call: 'c1',
    answer: 'edited',
    args: { amount: 'x' },
    by: 'terminal',
  } as const;
  await run.memory.append('run', 'agent/0', { journal: [answered], transcript: [] });
  expect(await run.live(Number.POSITIVE_INFINITY)).toMatchObject({ ended: false });
  expect([run.payments.length, run.asked.length]).toEqual([0, 2]);
});

test('the time of its observation has stood still over a crash too', async () => {
  const limits = { turns: 8, identicalCalls: 3, wallMs: 1_000 };
  const run = createRun({ options: { decide: pays(5), group: { limits } }, person: () => undefined });
  await run.live(Number.POSITIVE_INFINITY);
  const at = 10 * HOUR;
  const answered = { type: 'approval.answered', turn: 1, at, call: 'c1', answer: 'approved', by: 'terminal' } as const;
  await run.memory.append('run', 'agent/0', { journal: [answered], transcript: [] });
  expect(await run.live(Number.POSITIVE_INFINITY)).toMatchObject({ ended: true });
  expect((await run.memory.snapshot('run', 'agent/0'))?.status).toBe('done');
});

test('a sibling’s restart asks again, by the same name, and one answer counts', async () => {
  const failing = tool('fail', () => 'x');
  let failures = 0;
  const run = createRun({
    options: {
      count: 1,
      tools: [failing],
      others: {
        other: {
          items: [{ template: 'Go' }],
          group: { restart: 'transient', retries: 5, observe: { items: [], inbox: false } },
        },
      },
      group: { restart: 'transient', retries: 5 },
      supervision: { strategy: 'one_for_all' },
      decide: async (request, context) => {
        if (context.agent === 'agent/0') return pays(5)(request, context);
        await context.sleep(100);
        if (failures++ < 2) throw new Error('no credit');
        return { reply: 'ok' };
      },
    },
    person: (amount) => (failures >= 2 ? { answer: amount === 5 ? 'approve' : 'reject' } : undefined),
    latencyMs: 1_000,
  });
  expect(await run.live(Number.POSITIVE_INFINITY)).toMatchObject({ ended: true });
  expect(run.asked.length).toBeGreaterThan(1);
  expect(new Set(run.asked)).toEqual(new Set(['agent/0:1/1']));
  expect(run.payments).toMatchObject([{ amount: 5 }]);
  const journal = await run.journal();
  expect([count(journal, 'approval.requested'), count(journal, 'approval.answered')]).toEqual([1, 1]);
});

test('property: nothing is made without an approval, nor made twice, whatever is killed when', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        amounts: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }),
        agents: fc.integer({ min: 1, max: 3 }),
        crashes: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
        latencyMs: fc.integer({ min: 0, max: 100 }),
        deadlineMs: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
        otherwise: fc.constantFrom('approve' as const, 'reject' as const),
        durability: fc.constantFrom('async' as const, 'sync' as const),
        effects: fc.constantFrom('once' as const, 'idempotent' as const),
      }),
      async ({ amounts, agents, crashes, durability, deadlineMs, ...rest }) => {
        const options = { decide: pays(...amounts), count: agents, durability };
        const run = createRun({ options, person: mixed, ...rest, ...(deadlineMs !== undefined && { deadlineMs }) });
        for (const writes of crashes) await run.live(writes);
        expect(await run.live(Number.POSITIVE_INFINITY)).toEqual({ crashed: false, ended: true });
        assertSound(run, rest.effects);
        for (let index = 0; index < agents; index++) {
          const journal = await run.journal(`agent/${index}`);
          expect(count(journal, 'approval.requested')).toBe(amounts.length);
          expect(count(journal, 'approval.answered')).toBe(amounts.length);
          const made = journal.flatMap((record) => (record.type === 'tools.intended' ? record.calls : []));
          const refused = journal.flatMap((record) =>
            record.type === 'approval.answered' && record.answer === 'rejected' ? [record.call] : [],
          );
          expect(made.filter((call) => refused.includes(call))).toEqual([]);
        }
      },
    ),
    { numRuns: 60, seed: 7 },
  );
}, 120_000);

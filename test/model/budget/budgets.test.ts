import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import type { CallNeed, Refusal } from '../../../src/model/budget/assess-call.ts';
import { type Budgets, type BudgetsOptions, createBudgets } from '../../../src/model/budget/budgets.ts';
import type { Reservation } from '../../../src/model/budget/reservation.ts';
import type { BudgetSpec, Price, RunFact } from '../../../src/protocol.ts';
import { createFakeClock } from './fake-clock.ts';

type Limits = Omit<BudgetSpec, 'atLimit'>;
type Outcome = Reservation | Refusal;

const stop = (limits: Limits): BudgetSpec => ({ ...limits, atLimit: 'stop' });

function setUp(run: Limits | undefined, groups: Record<string, { budget?: Limits; budgetEach?: Limits }> = {}) {
  const clock = createFakeClock();
  const facts: RunFact[] = [];
  const entries = Object.entries(groups).map(([name, { budget, budgetEach }]) => {
    return [name, { ...(budget && { budget: stop(budget) }), ...(budgetEach && { budgetEach: stop(budgetEach) }) }];
  });
  const options = { clock, tell: (fact: RunFact) => facts.push(fact), groups: new Map(entries as never) };
  const budgets = createBudgets({ ...(options as unknown as BudgetsOptions), run: run && stop(run) });
  if (budgets === undefined) throw new Error('There are none');
  return { budgets, clock, facts, ask: (agent: string, more?: Partial<CallNeed>) => ask(budgets, agent, more) };
}

/** 100 tokens in, or 110 with the margin, and 290 out: 400 unless told otherwise. */
function ask(budgets: Budgets, agent: string, more: Partial<CallNeed> = {}) {
  const need = { agent, group: agent.split('/')[0]!, inputTokens: 100, maxOutputTokens: 290, price: undefined };
  const asked: { outcome: Outcome | undefined; cancel?: (() => void) | undefined } = { outcome: undefined };
  const waiting = budgets.reserve({ ...need, ...more }, (outcome) => {
    expect(asked.outcome).toBeUndefined();
    asked.outcome = outcome;
  });
  expect(waiting === undefined).toBe(asked.outcome !== undefined);
  return {
    cancel: () => waiting?.cancel(),
    get kind() {
      return asked.outcome?.kind;
    },
    get refusal() {
      return asked.outcome as Refusal;
    },
    get reservation() {
      return asked.outcome as Reservation;
    },
  };
}

test('there are none if nothing is limited', () => {
  const { clock } = setUp({ calls: 1 });
  const none = { clock, tell: () => {} };
  expect(createBudgets({ ...none, groups: new Map() })).toBeUndefined();
  expect(createBudgets({ ...none, groups: new Map([['a', {}]]) })).toBeUndefined();
  expect(createBudgets({ ...none, groups: new Map([['a', { budgetEach: stop({ calls: 1 }) }]]) })).toBeDefined();
});

test('a call counts for the run, its group and its agent; others only for theirs', () => {
  const { budgets, ask } = setUp({ calls: 9 }, { a: { budget: { calls: 8 }, budgetEach: { calls: 7 } }, b: {} });
  ask('a/0').reservation.settle({ inputTokens: 1, outputTokens: 1 });
  ask('b/0');
  const of = { limit: 'calls' };
  expect(budgets.view()).toEqual([
    { ...of, kind: 'run', scope: 'run', allowed: 9, used: 1, reserved: 1 },
    { ...of, kind: 'group', scope: 'a', allowed: 8, used: 1, reserved: 0 },
    { ...of, kind: 'agent', scope: 'a/0', allowed: 7, used: 1, reserved: 0 },
  ]);
});

test('waits for calls in flight, and is woken by what they give back', () => {
  const { ask, clock } = setUp({ tokens: 800 });
  const first = ask('a/0');
  const second = ask('a/1');
  const third = ask('a/2');
  const fourth = ask('a/3');
  expect([first, second, third, fourth].map((one) => one.kind)).toEqual(['reserved', 'reserved', undefined, undefined]);
  first.reservation.settle({ inputTokens: 100, outputTokens: 50 });
  expect(third.kind).toBeUndefined();
  clock.settle();
  // 150 are used and 400 reserved: another 400 do not fit yet.
  expect(third.kind).toBeUndefined();
  second.reservation.release();
  clock.settle();
  expect([third.kind, fourth.kind]).toEqual(['reserved', undefined]);
  third.reservation.settle({ inputTokens: 100, outputTokens: 290 });
  clock.settle();
  // 540 are used: what is left is less than it asked for, and all there will be.
  expect(fourth.kind).toBe('refused');
});

test('an answer gets less than wanted only at the end of a budget', () => {
  const { ask } = setUp({ tokens: 700 });
  ask('a/0').reservation.settle({ inputTokens: 110, outputTokens: 220 });
  const last = ask('a/1', { maxOutputTokens: undefined, inputTokens: 90 });
  expect(last.reservation.maxOutputTokens).toBe(271);
});

test('sets no limit to answers where no budget does', () => {
  const { ask } = setUp({ calls: 5, wallMs: 100 });
  expect(ask('a/0', { maxOutputTokens: undefined }).reservation.maxOutputTokens).toBeUndefined();
  expect(ask('a/0', { maxOutputTokens: 77 }).reservation.maxOutputTokens).toBe(77);
});

test('who comes later does not overtake in the same budget, and is not held up in another', () => {
  const { ask, clock } = setUp({ tokens: 10_000 }, { a: { budget: { tokens: 1_000 } } });
  const first = ask('a/0', { maxOutputTokens: 690 });
  const big = ask('a/1', { maxOutputTokens: 690 });
  const small = ask('a/2', { maxOutputTokens: 10 });
  const other = ask('b/0');
  clock.settle();
  expect([big.kind, small.kind, other.kind]).toEqual([undefined, undefined, 'reserved']);
  first.reservation.settle({ inputTokens: 50, outputTokens: 10 });
  clock.settle();
  expect([big.kind, small.kind]).toEqual(['reserved', 'reserved']);
});

test('who gives up makes room for those behind', () => {
  const { ask, budgets, clock } = setUp({ tokens: 1_000 });
  ask('a/0');
  const big = ask('a/1', { maxOutputTokens: 690 });
  const small = ask('a/2');
  clock.settle();
  expect(small.kind).toBeUndefined();
  big.cancel();
  big.cancel();
  clock.settle();
  expect([big.kind, small.kind]).toEqual([undefined, 'reserved']);
  expect(budgets.view()).toMatchObject([{ reserved: 800 }]);
});

test('who gives up between getting room and hearing of it gives it back', () => {
  const { ask, budgets, clock } = setUp({ tokens: 400 });
  const first = ask('a/0');
  const second = ask('a/1');
  first.reservation.release();
  clock.turn();
  expect(budgets.view()).toMatchObject([{ reserved: 400 }]);
  second.cancel();
  clock.settle();
  expect(second.kind).toBeUndefined();
  expect(budgets.view()).toMatchObject([{ reserved: 0 }]);
});

test('refuses at once what would never fit, and tells it once for each budget', () => {
  const { ask, facts } = setUp({ tokens: 500 }, { a: { budget: { calls: 1 }, budgetEach: { calls: 1 } } });
  ask('a/0').reservation.settle({ inputTokens: 100, outputTokens: 290 });
  const refused = ask('a/0').refusal;
  expect(refused.reached.map(({ scope, limit }) => [scope, limit])).toEqual([
    ['run', 'tokens'],
    ['a', 'calls'],
    ['a/0', 'calls'],
  ]);
  expect(ask('a/1').kind).toBe('refused');
  const run = { scope: 'run', limit: 'tokens', allowed: 500, used: 390, reserved: 0, needed: 366, atLimit: 'stop' };
  expect(facts.map((fact) => (fact as { scope?: string }).scope)).toEqual(['run', 'a', 'a/0']);
  expect(facts[0]).toEqual({ type: 'budget.reached', ...run });
});

test('time that is over refuses every further call, and calls that wait', () => {
  const { ask, clock } = setUp({ wallMs: 1_000, calls: 1 });
  const first = ask('a/0');
  const second = ask('a/1');
  clock.time = 1_000;
  first.reservation.release();
  clock.settle();
  expect(second.refusal.reached).toMatchObject([{ limit: 'wall', used: 1_000 }]);
  expect(ask('a/2').kind).toBe('refused');
});

test("an agent's time begins with its first call", () => {
  const { ask, clock } = setUp(undefined, { a: { budgetEach: { wallMs: 100 } } });
  clock.time = 5_000;
  expect(ask('a/0').kind).toBe('reserved');
  clock.time = 5_099;
  expect(ask('a/0').kind).toBe('reserved');
  clock.time = 5_100;
  expect([ask('a/0').kind, ask('a/1').kind]).toEqual(['refused', 'reserved']);
});

test('what a model uses beyond what it was given is booked, and stops further calls', () => {
  const { ask, budgets } = setUp({ tokens: 1_000 });
  ask('a/0').reservation.settle({ inputTokens: 100, outputTokens: 5_000 });
  expect(budgets.view()).toMatchObject([{ used: 5_100, reserved: 0 }]);
  expect(ask('a/1').refusal.reached).toMatchObject([{ allowed: 1_000, used: 5_100 }]);
});

test('goes on where an earlier life of the run has stopped', () => {
  const { ask, budgets } = setUp({ calls: 4 }, { a: { budgetEach: { calls: 3 } } });
  const spent = { calls: 2, inputTokens: 10, outputTokens: 5, usd: 0.25 };
  budgets.restore('a/0', 'a', spent);
  budgets.restore('a/9', 'a', { ...spent, calls: 1 });
  budgets.end('a/9');
  expect(budgets.spent('a/0')).toEqual(spent);
  ask('a/0').reservation.settle({ inputTokens: 1, outputTokens: 1, costUsd: 0.5 });
  expect(budgets.spent('a/0')).toEqual({ calls: 3, inputTokens: 11, outputTokens: 6, usd: 0.75 });
  expect(ask('a/0').refusal.reached.map(({ scope }) => scope)).toEqual(['run', 'a/0']);
});

test('forgets an agent that has ended, not what it has spent', () => {
  const { ask, budgets } = setUp({ calls: 4 }, { a: { budgetEach: { calls: 3 } } });
  const inFlight = ask('a/0');
  budgets.end('a/0');
  inFlight.reservation.settle({ inputTokens: 1, outputTokens: 1 });
  expect(budgets.view()).toMatchObject([{ scope: 'run', used: 1, reserved: 0 }]);
  expect(budgets.spent('a/0')).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 });
});

test('works in virtual time', async () => {
  const clock = createVirtualClock();
  const budgets = createBudgets({ run: stop({ tokens: 800 }), groups: new Map(), clock, tell: () => {} })!;
  const answered: [string, number][] = [];
  const ended = Array.from({ length: 4 }, (_, index) => {
    return new Promise<void>((resolve) => {
      const need = { agent: `a/${index}`, group: 'a', inputTokens: 100, maxOutputTokens: 290, price: undefined };
      budgets.reserve(need, (outcome) => {
        if (outcome.kind === 'refused') return resolve();
        clock.setTimer(10, () => {
          answered.push([need.agent, clock.elapsed()]);
          outcome.settle({ inputTokens: 50, outputTokens: 50 });
          resolve();
        });
      });
    });
  });
  await Promise.all(ended);
  expect(answered).toEqual([
    ['a/0', 10],
    ['a/1', 10],
    ['a/2', 20],
    ['a/3', 30],
  ]);
});

describe('whatever happens', () => {
  const price: Price = { inputUsd: 3, outputUsd: 15, cachedInputUsd: 3.75 };
  const limits = fc.record(
    {
      tokens: fc.integer({ min: 0, max: 20_000 }),
      usd: fc.integer({ min: 0, max: 200_000 }).map((n) => n / 1_000_000),
      calls: fc.integer({ min: 0, max: 30 }),
    },
    { requiredKeys: [] },
  );
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const command = fc.oneof(
    fc.record({
      type: fc.constant('ask' as const),
      agent: fc.constantFrom('a/0', 'a/1', 'a/2', 'b/0', 'b/1', 'c/0'),
      inputTokens: fc.integer({ min: 0, max: 3_000 }),
      maxOutputTokens: fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined }),
      isPriced: fc.boolean(),
    }),
    fc.record({ type: fc.constant('settle' as const), at: fc.nat(), input: share, output: share, cached: share }),
    fc.record({ type: fc.constantFrom('fail' as const, 'release' as const, 'cancel' as const), at: fc.nat() }),
    fc.record({ type: fc.constant('turn' as const) }),
  );

  test('used and reserved stay within what is allowed, everything is given back, and nobody is left behind', () => {
    const inputs = [limits, limits, limits, limits, fc.array(command, { maxLength: 60 })] as const;
    fc.assert(
      fc.property(...inputs, (run, groupA, eachA, eachB, commands) => {
        const { budgets, clock, ask } = setUp(run, {
          a: { budget: groupA, budgetEach: eachA },
          b: { budgetEach: eachB },
        });
        const asked: { call: ReturnType<typeof ask>; inputTokens: number; isOver: boolean }[] = [];
        const inFlight = () => asked.filter(({ call, isOver }) => call.kind === 'reserved' && !isOver);
        const waiting = () => asked.filter(({ call, isOver }) => call.kind === undefined && !isOver);
        const pick = <T>(list: T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
        const check = () => {
          for (const { allowed, used, reserved } of budgets.view()) {
            expect(used + reserved).toBeLessThanOrEqual(allowed * (1 + Number.EPSILON));
          }
        };
        for (const one of commands) {
          if (one.type === 'ask') {
            const { agent, inputTokens, maxOutputTokens, isPriced } = one;
            const call = ask(agent, { inputTokens, maxOutputTokens, price: isPriced ? price : undefined });
            asked.push({ call, inputTokens, isOver: false });
          } else if (one.type === 'turn') {
            clock.turn();
          } else if (one.type === 'cancel') {
            const chosen = pick(waiting(), one.at);
            chosen?.call.cancel();
            if (chosen) chosen.isOver = true;
          } else {
            const chosen = pick(inFlight(), one.at);
            if (chosen === undefined) continue;
            chosen.isOver = true;
            const { reservation } = chosen.call;
            if (one.type === 'settle') {
              const inputTokens = Math.floor(chosen.inputTokens * one.input);
              const outputTokens = Math.floor((reservation.maxOutputTokens ?? 1_000) * one.output);
              const cachedInputTokens = Math.floor(inputTokens * one.cached);
              reservation.settle({ inputTokens, outputTokens, cachedInputTokens });
            } else if (one.type === 'fail') {
              reservation.settle(undefined);
            } else {
              reservation.release();
            }
          }
          check();
        }
        // Whoever still waits does so for a call in flight.
        clock.settle();
        if (waiting().length > 0) expect(inFlight().length).toBeGreaterThan(0);
        for (let rounds = 0; inFlight().length > 0; rounds++) {
          expect(rounds).toBeLessThan(100);
          for (const one of inFlight()) {
            one.isOver = true;
            one.call.reservation.release();
          }
          clock.settle();
          check();
        }
        expect(waiting()).toEqual([]);
        for (const { reserved } of budgets.view()) expect(reserved).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

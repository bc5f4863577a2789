import { describe, expect, test } from 'vitest';
import { AGENT_BUDGETS_TOLD } from '../../../src/base/monitor-limits.ts';
import { LimitsView } from '../../../src/monitor/feed/limits-view.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import type { BudgetView, ModelView, RunEvent, RunSummary } from '../../../src/protocol.ts';
import { DECISION, factOf, liveAt, record, sourceOf, specsOf } from '../recorded.ts';

const specs = specsOf(2, ['a', 'b']);
const waitMs = { p50: 0, p99: 0, max: 0 };
const MODEL: ModelView = {
  name: 'm',
  inFlight: 1,
  waiting: 2,
  calls: 3,
  retries: 0,
  throttled: 0,
  waitMs,
  state: 'open',
};
const tokens = (kind: BudgetView['kind'], scope: string, used: number, reserved = 0): BudgetView => {
  return { kind, scope, limit: 'tokens', allowed: 100, used, reserved };
};

/** A live run whose models and budgets are as the test says. */
function start(models: ModelView[] = [], budgets: BudgetView[] = []) {
  const history = new History(specs);
  const live = { ...liveAt(history), models: () => [...models], budgets: () => [...budgets] };
  const watch = new Watch(sourceOf(specs, { live }), history);
  const happen = (fact: object, at = history.at) => {
    const event = { seq: history.last + 1, at, ...fact } as RunEvent;
    history.append(event);
    watch.take(event);
  };
  return { watch, happen, models, budgets };
}

test('is the whole of it, and then whole again whenever it has changed', () => {
  const { watch, models, budgets, happen } = start([MODEL], [tokens('run', 'run', 10)]);
  const view = new LimitsView(watch);
  const none = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
  const first = {
    type: 'limits',
    at: 0,
    spent: [
      { group: 'a', ...none },
      { group: 'b', ...none },
    ],
    models: [MODEL],
    budgets: [tokens('run', 'run', 10)],
    more: 0,
  };
  expect(view.all()).toEqual(first);
  expect(view.changes()).toBeUndefined();

  models[0] = { ...MODEL, waiting: 9 };
  expect(view.all()).toEqual(first);
  expect(view.changes()).toEqual({ ...first, models });
  expect(view.all()).toEqual({ ...first, models });

  budgets[0] = tokens('run', 'run', 10, 5);
  expect(view.changes()?.budgets).toEqual(budgets);

  const usage = { inputTokens: 7, outputTokens: 3, costUsd: 0.5 };
  happen({ ...factOf('agent.decided', 'b/1'), decision: { ...DECISION, usage } }, 20);
  const spent = view.changes()?.spent;
  expect(spent?.[1]).toEqual({ group: 'b', calls: 1, inputTokens: 7, outputTokens: 3, usd: 0.5 });
  expect(view.changes()).toBeUndefined();
});

test('time alone is no change', () => {
  const { watch, happen } = start([MODEL]);
  const view = new LimitsView(watch);
  happen(factOf('agent.started', 'a/0'), 5_000);
  expect(watch.at).toBe(5_000);
  expect(view.changes()).toBeUndefined();
});

describe('budgets', () => {
  test('of ten thousand agents those closest to their limits are told, after the wider ones, and how many are not', () => {
    const agents = Array.from({ length: 10_000 }, (_, index) =>
      tokens('agent', `a/${index}`, index % 90, index === 5 ? 95 : 0),
    );
    const { watch } = start([], [tokens('run', 'run', 0), ...agents, tokens('group', 'a', 1)]);
    const { budgets, more } = new LimitsView(watch).all();
    expect(budgets).toHaveLength(2 + AGENT_BUDGETS_TOLD);
    expect(budgets.slice(0, 3).map(({ scope }) => scope)).toEqual(['run', 'a', 'a/5']);
    for (const { used } of budgets.slice(3)) expect(used).toBe(89);
    expect(more).toBe(10_000 - AGENT_BUDGETS_TOLD);
  });

  test('small and large ones are compared by how much of them is gone', () => {
    const small = { ...tokens('agent', 'a/0', 9), allowed: 10 };
    const { watch } = start([], [tokens('agent', 'a/1', 80), small]);
    expect(new LimitsView(watch).all().budgets.map(({ scope }) => scope)).toEqual(['a/0', 'a/1']);
  });

  test('time that goes on after the end is not counted', () => {
    const wall: BudgetView = { kind: 'run', scope: 'run', limit: 'wall', allowed: 1_000, used: 500, reserved: 0 };
    const { watch, happen } = start([], [wall]);
    happen(factOf('run.started', ''), 400);
    expect(new LimitsView(watch).all().budgets).toEqual([wall]);
    happen(factOf('run.finished', ''), 450);
    expect(new LimitsView(watch).all().budgets).toEqual([{ ...wall, used: 450 }]);
  });
});

test('of a run that was resumed, what was spent before', () => {
  const { watch, happen } = start();
  const spent = { calls: 4, inputTokens: 40, outputTokens: 4, usd: 1 };
  happen({ ...factOf('run.started', ''), before: { done: 0, failed: 0, stopped: 0, spent } });
  expect(new LimitsView(watch).all().before).toEqual(spent);
});

test('of a stored run, how its models’ gates went, and no budgets', async () => {
  const { source, history, summary } = await record();
  const stored = (kept?: RunSummary) => {
    const one = { ...source, record: { ...source.record, ...(kept !== undefined && { summary: kept }) } };
    return new LimitsView(new Watch(one, history)).all();
  };
  const { models, budgets, spent, more } = stored(summary);
  expect(models.map(({ name, calls, inFlight, state }) => [name, calls, inFlight, state])).toEqual(
    Object.entries(summary.models).map(([name, { calls }]) => [name, calls, 0, 'open']),
  );
  expect(models.length).toBeGreaterThan(0);
  expect([budgets, more]).toEqual([[], 0]);
  expect(spent.reduce((sum, { inputTokens }) => sum + inputTokens, 0)).toBe(summary.tokens.input);
  expect(spent.reduce((sum, { outputTokens }) => sum + outputTokens, 0)).toBe(summary.tokens.output);
  expect(stored().models).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import type { RunEvent, RunSummary } from '../../src/protocol.ts';
import { type RunScenarioOptions, runScenario } from '../../src/run-scenario.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const OBSERVE = Array.from({ length: 10 }, (_, index) => `Question ${index}`);

/** Workers that answer ten questions each, 100 tokens a question. */
async function work(changes: object, group: object = {}, options: RunScenarioOptions = {}) {
  const events: RunEvent[] = [];
  const summary = await runScenario(
    {
      name: 'work',
      models: {
        m: {
          latency: '100ms',
          price: { input: 1_000, output: 1_000 },
          rules: [{ reply: 'x', tokens: { input: 60, output: 40 } }],
        },
      },
      agents: { worker: { count: 5, model: 'm', observe: OBSERVE, ...group } },
      memory: { store: 'in-memory' },
      ...changes,
    },
    { virtual: true, onEvent: (event) => events.push(event), ...options },
  );
  const ofType = <T extends RunEvent['type']>(type: T) =>
    events.filter((event): event is RunEvent & { type: T } => event.type === type);
  return { summary, events, ofType };
}

const used = ({ tokens }: RunSummary) => tokens.input + tokens.output;

describe('a budget', () => {
  test.each([
    ['tokens', { tokens: 1_050 }, 1_050],
    ['money', { usd: 1.05 }, 1_050],
    ['calls', { calls: 10 }, 1_000],
  ])('of %s for the run is never gone beyond by calls side by side', async (_, budget, most) => {
    const { summary, ofType } = await work({ budget });
    expect(used(summary)).toBeLessThanOrEqual(most);
    expect(used(summary)).toBeGreaterThan(most / 2);
    expect(ofType('budget.reached')).toMatchObject([{ scope: 'run', atLimit: 'stop' }]);
    expect(summary.agents).toEqual({ total: 5, done: 0, failed: 0, stopped: 5 });
    for (const { status, error } of ofType('agent.ended')) {
      expect([status, error?.code]).toEqual(['stopped', 'BUDGET']);
      expect(error?.message).toMatch(/^Cannot ask the model: the budget of the run allows /);
    }
  });

  test('of a group and of each member are counted apart', async () => {
    const { summary, ofType } = await work(
      {},
      { budget: { calls: 12 }, budget_each: { calls: 3, at_limit: 'finish' } },
    );
    expect(summary.modelCalls).toBe(12);
    for (let index = 0; index < 5; index++) {
      const decided = ofType('agent.decided').filter(({ agent }) => agent === `worker/${index}`);
      expect(decided.length).toBeLessThanOrEqual(3);
    }
  });

  test('ends agents as done with what they have, if that is wanted', async () => {
    const { summary } = await work({ budget: { calls: 7, at_limit: 'finish' } });
    expect(summary).toMatchObject({ status: 'done', replies: 7, agents: { done: 5, failed: 0, stopped: 0 } });
  });

  test('of time refuses what begins after it', async () => {
    const { summary, ofType } = await work({ budget: { wall: '250ms' } });
    expect(summary.modelCalls).toBe(15);
    expect(ofType('budget.reached')[0]).toMatchObject({ limit: 'wall', allowed: 250 });
  });

  test('that is enough changes nothing', async () => {
    const free = await work({});
    const limited = await work({ budget: { tokens: 1e9, usd: 1e6, calls: 1e6, wall: '100h' } });
    expect(limited.events).toEqual(free.events);
  });

  test('is the same in each rehearsal', async () => {
    const [first, second] = [await work({ budget: { tokens: 1_500 } }), await work({ budget: { tokens: 1_500 } })];
    expect(second.events).toEqual(first.events);
  });
});

describe('agents that wait for a larger budget', () => {
  test('let the run end as interrupted, and go on where they were when it is raised', async () => {
    const data = temporaryFolder();
    const scenario = (calls: number) => ({ memory: { store: 'lmdb' }, budget: { calls, at_limit: 'pause' } });
    const first = await work(scenario(12), {}, { data });
    expect(first.summary).toMatchObject({ status: 'interrupted', replies: 12 });
    expect(first.ofType('agent.paused').length).toBe(5);
    expect(first.ofType('run.draining')).toMatchObject([{ reason: 'a budget is used up' }]);
    const resume = { ...first.summary, ...recordOf(first.summary) };
    const second = await work(scenario(20), {}, { data, resume });
    expect(second.summary).toMatchObject({ status: 'interrupted', replies: 8, tokens: { input: 1_200, output: 800 } });
    const third = await work({ memory: { store: 'lmdb' } }, {}, { data, resume });
    expect(third.summary).toMatchObject({ status: 'done', replies: 30, costUsd: 5 });
  });
});

function recordOf({ run, scenario, seed }: RunSummary) {
  const at = '2000-01-01T00:00:00.000Z';
  return {
    id: run,
    scenario,
    seed,
    status: 'interrupted' as const,
    recordedAt: at,
    startedAt: at,
    virtual: true,
    agents: 5,
    folder: '/',
    source: '',
  };
}

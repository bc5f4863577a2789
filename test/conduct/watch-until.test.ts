import { describe, expect, test } from 'vitest';
import { rehearse, scenarioOf } from '../rehearsals.ts';

const ticking = (until: unknown, changes: object = {}) =>
  scenarioOf({
    models: {
      clerk: { latency: '1s', rules: [{ match: '7$', fail: 'no sevens' }, { reply: 'seen {{ observation.text }}' }] },
    },
    tools: {},
    sources: { ticks: { every: '1m', to: 'clerk', text: 'tick {{ n }}' } },
    agents: { clerk: { count: 2, model: 'clerk' } },
    memory: { store: 'in-memory' },
    until,
    ...changes,
  });

describe('a run with a source that never ends', () => {
  test('ends by its time, as done', async () => {
    const { summary, events } = await rehearse(ticking({ time: '330s' }));
    expect(summary).toMatchObject({ status: 'done', replies: 5, agents: { total: 2, done: 2 } });
    expect(events.find(({ type }) => type === 'run.draining')).toMatchObject({ at: 330_000 });
  });

  test('ends by the number of its replies', async () => {
    const { summary } = await rehearse(ticking({ replies: 4, time: '1h' }));
    expect(summary).toMatchObject({ status: 'done', replies: 4 });
  });

  test('ends when a condition is true', async () => {
    const { summary } = await rehearse(ticking({ when: 'agents.failed > 0' }));
    expect(summary).toMatchObject({ status: 'failed', replies: 6, agents: { failed: 1 } });
  });

  test('is not rehearsed without an end', async () => {
    for (const until of [undefined, 'never']) {
      await expect(rehearse(ticking(until))).rejects.toThrow('source "ticks" never ends');
    }
  });
});

test('what was begun when the end came is finished', async () => {
  const { events } = await rehearse(ticking({ time: '60500ms' }));
  expect(events.filter(({ type }) => type === 'agent.replied')).toMatchObject([{ at: 61_000 }]);
});

test('until never says nothing about a run that is interrupted', async () => {
  const scenario = ticking('never', {
    sources: {},
    agents: { clerk: { count: 1, model: 'clerk', observe: { items: 'one', inbox: true } } },
  });
  const { startRun } = await import('../../src/run.ts');
  const run = await startRun(scenario, { virtual: true });
  run.subscribe((event) => {
    if (event.type === 'agent.waiting') run.send({ type: 'run.drain', reason: 'enough' });
  });
  expect((await run.finished).status).toBe('interrupted');
});

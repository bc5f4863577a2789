import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/protocol.ts';
import { runScenario } from '../../src/run-scenario.ts';

const scenario = {
  name: 's',
  models: { m: { price: { input: 1_000, output: 0 }, rules: [{ reply: 'x', tokens: { input: 10, output: 1 } }] } },
  agents: { a: { count: 3, model: 'm', observe: ['x', 'y'] } },
  memory: { store: 'in-memory' },
  expect: ['cost_usd == 0.06', 'retries.model == 0'],
};

test('the summary has what models cost and how their gates went, and expectations can ask for it', async () => {
  const summary = await runScenario(scenario, { virtual: true });
  expect(summary).toMatchObject({
    status: 'done',
    costUsd: 0.06,
    models: { m: { calls: 6, tries: 6 } },
    retries: { model: 0, tool: 0 },
    throttled: 0,
  });
  expect(summary.expectations.map(({ pass }) => pass)).toEqual([true, true]);
});

test('what the run worked with is closed at its end', async () => {
  let closed = 0;
  const model = { name: 'm', decide: () => Promise.reject(new Error('no')), close: async () => void closed++ };
  const { expect: _, ...without } = scenario;
  const summary = await runScenario(without, { virtual: true, models: [model] });
  expect(summary.status).toBe('failed');
  expect(closed).toBe(1);
});

test.runIf(process.platform === 'linux')(
  'a tape that cannot be written is told, and the run is over all the same',
  async () => {
    const { expect: _, ...without } = scenario;
    const types: string[] = [];
    const options = { virtual: true, record: '/dev/full', onEvent: ({ type }: RunEvent) => void types.push(type) };
    const summary = await runScenario(without, options);
    expect(summary).toMatchObject({ status: 'done', error: { code: 'USAGE' } });
    expect(types.at(-1)).toBe('run.finished');
  },
);

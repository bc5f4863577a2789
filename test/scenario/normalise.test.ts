import { expect, test } from 'vitest';
import { normalise } from '../../src/scenario/normalise.ts';
import { scenarioSchema } from '../../src/scenario/schema.ts';

test('budgets, output, context and a folder of members', () => {
  const scenario = scenarioSchema().parse({
    name: 's',
    models: { m: { rules: [{ reply: 'x' }] } },
    budget: { usd: 2.5, wall: '1m' },
    agents: {
      a: {
        each: { folder: 'docs', extension: 'md' },
        model: 'm',
        observe: 'x',
        output: { type: 'object' },
        budget: { tokens: 5, at_limit: 'pause' },
        budget_each: { calls: 1, at_limit: 'finish' },
        context: { tokens: 1_000, when_full: 'summarise' },
      },
    },
  });
  const { budget, agents } = normalise(scenario, '/here', 'source');
  expect(budget).toEqual({ usd: 2.5, wallMs: 60_000, atLimit: 'stop' });
  expect(agents.a).toMatchObject({
    members: { kind: 'files', folder: '/here/docs', extension: 'md' },
    output: { type: 'object' },
    budget: { tokens: 5, atLimit: 'pause' },
    budgetEach: { calls: 1, atLimit: 'finish' },
    context: { tokens: 1_000, whenFull: 'summarise' },
  });
});

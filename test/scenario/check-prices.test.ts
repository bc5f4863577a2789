import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { FOLDER } from './refusals.ts';

const BUDGET = { budget: { usd: 1 } };
const SIMULATED = { rules: [{ reply: 'x' }] };
const read = (models: object, group: object, more: object = {}) => {
  const scenario = { name: 's', models, agents: { a: { count: 1, model: 'm', observe: 'x', ...group } }, ...more };
  return parseScenario(JSON.stringify(scenario), { name: 'f.yaml', folder: FOLDER, known: { models: ['m'] } });
};

test.each([
  ['the run', {}, BUDGET, 'budget.usd'],
  ['a group', BUDGET, {}, 'agents.a.budget.usd'],
  ['each agent', { budget_each: { usd: 1 } }, {}, 'agents.a.budget_each.usd'],
])('money of %s cannot be counted for a model without a price', (_, group, more, path) => {
  expect(() => read({ m: SIMULATED }, group, more)).toThrow(
    `${path}: cannot be counted: model "m" has no price; give models.m a price`,
  );
  expect(read({ m: { ...SIMULATED, price: { input: 1, output: 1 } } }, group, more).name).toBe('s');
});

test('money cannot be counted for a model from code, unless its price is declared', () => {
  expect(() => read({}, BUDGET)).toThrow(
    'cannot be counted: model "m" has no price; declare it with provider: code and a price',
  );
  const declared = { m: { provider: 'code', price: { input: 1, output: 1 } } };
  expect(read(declared, BUDGET).agents.a?.budget?.usd).toBe(1);
});

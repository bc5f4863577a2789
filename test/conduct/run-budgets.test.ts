import { expect, test } from 'vitest';
import { createRunBudgets } from '../../src/conduct/run-budgets.ts';
import { createHarness } from '../agent/harness.ts';

function budgetsOf(budget: object | undefined, ended: readonly string[] = []) {
  const { env, specs } = createHarness({ decide: () => ({}), count: 3 });
  const spent = { calls: 2, inputTokens: 10, outputTokens: 5, usd: 0 };
  const remaining = {
    spentBy: new Map(specs.slice(0, 2).map(({ id }) => [id, spent])),
    ended: new Map(ended.map((agent) => [agent, 'done' as const])),
  };
  const scenario = { agents: { agent: specs[0]!.group }, ...(budget && { budget }) };
  return createRunBudgets(env, { scenario, specs, remaining } as never, () => undefined);
}

test('there are none if nothing is limited', () => {
  expect(budgetsOf(undefined)).toBeUndefined();
});

test('what agents have spent before counts, of those that have ended too', () => {
  const budgets = budgetsOf({ calls: 100, tokens: 1_000, atLimit: 'stop' }, ['agent/0']);
  const used = budgets?.view().map(({ scope, limit, used: amount }) => [scope, limit, amount]);
  expect(used).toEqual(
    expect.arrayContaining([
      ['run', 'tokens', 30],
      ['run', 'calls', 4],
    ]),
  );
  expect(budgets?.spent('agent/1').calls).toBe(2);
  expect(budgets?.spent('agent/0').calls).toBe(0);
});

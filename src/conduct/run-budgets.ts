import { type Budgets, createBudgets } from '../model/budget/budgets.ts';
import type { RunFact } from '../protocol.ts';
import type { Parts, Plan } from './plan.ts';

/** The budgets of a run, with what agents have spent in earlier processes, those that have ended too. */
export function createRunBudgets(
  { clock }: Parts,
  { scenario, specs, remaining }: Plan,
  tell: (fact: RunFact) => void,
): Budgets | undefined {
  const groups = new Map(Object.entries(scenario.agents));
  const budgets = createBudgets({ run: scenario.budget, groups, clock, tell });
  if (budgets === undefined) return undefined;
  for (const { id, group } of specs) {
    const spent = remaining.spentBy.get(id);
    if (spent !== undefined) budgets.restore(id, group.name, spent);
    if (remaining.ended.has(id)) budgets.end(id);
  }
  return budgets;
}

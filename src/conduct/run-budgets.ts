import type { Clock } from '../base/clock.ts';
import type { Budgets } from '../model/budget/budgets.ts';
import type { RunFact } from '../protocol.ts';
import type { Plan } from './plan.ts';

/**
 * The budgets of a run, with what agents have spent in earlier processes, those that have ended too.
 *
 * @param tell Takes what budgets have to say.
 * @returns Undefined if nothing is limited; nothing is loaded then.
 */
export async function createRunBudgets(
  clock: Clock,
  { scenario, specs, remaining }: Pick<Plan, 'scenario' | 'specs' | 'remaining'>,
  tell: (fact: RunFact) => void,
): Promise<Budgets | undefined> {
  const groups = new Map(Object.entries(scenario.agents));
  const isLimited = [...groups.values()].some(({ budget, budgetEach }) => (budget ?? budgetEach) !== undefined);
  if (scenario.budget === undefined && !isLimited) return undefined;
  const { createBudgets } = await import('../model/budget/budgets.ts');
  const budgets = createBudgets({ run: scenario.budget, groups, clock, tell });
  if (budgets === undefined) return undefined;
  for (const { id, group } of specs) {
    const spent = remaining.spentBy.get(id);
    if (spent !== undefined) budgets.restore(id, group.name, spent);
    if (remaining.ended.has(id)) budgets.end(id);
  }
  return budgets;
}

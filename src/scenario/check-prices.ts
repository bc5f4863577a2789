import type { Json, JsonObject } from '../protocol.ts';
import type { Checker } from './checker.ts';
import type { Path } from './text/problems.ts';
import { toMap } from './values.ts';

/**
 * Checks that budgets of money are about models that have a price: only for those can it be counted.
 *
 * @param budget The scenario's.
 */
export function checkPrices(check: Checker, budget: Json | undefined): void {
  const groups = check.groups.map(([, group]) => group);
  checkBudget(check, ['budget'], budget, groups);
  for (const [name, group] of check.groups) {
    checkBudget(check, ['agents', name, 'budget'], group.budget, [group]);
    checkBudget(check, ['agents', name, 'budget_each'], group.budget_each, [group]);
  }
}

function checkBudget(check: Checker, path: Path, budget: Json | undefined, groups: readonly JsonObject[]): void {
  if (toMap(budget).usd === undefined) return;
  for (const { model } of groups) {
    const declared = check.models.find(([name]) => name === model)?.[1];
    if (declared?.price !== undefined || !check.modelNames.includes(String(model))) continue;
    const hint = declared === undefined ? `declare it with provider: code and a price` : `give models.${model} a price`;
    check.report({ path: [...path, 'usd'], message: `cannot be counted: model "${model}" has no price`, hint });
    return;
  }
}

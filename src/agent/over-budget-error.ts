import { TroupeError } from '../base/errors.ts';
import type { Refusal } from '../model/budget/assess-call.ts';
import type { BudgetSpec } from '../protocol.ts';

/** A budget does not have enough left for the call, which was not made. */
export class OverBudgetError extends TroupeError {
  readonly atLimit: BudgetSpec['atLimit'];

  constructor({ reached }: Refusal) {
    const [first] = reached;
    const { scope, limit, used, allowed, needed } = first;
    const what = { tokens: 'tokens', usd: 'US dollars', calls: 'calls', wall: 'ms' }[limit];
    super(
      'BUDGET',
      `Cannot ask the model: the budget of ${scope === 'run' ? 'the run' : `"${scope}"`} allows ${allowed} ${what}, ` +
        `${round(used)} are used, and the call may need ${round(needed)}`,
    );
    this.atLimit = strictest(reached.map(({ atLimit }) => atLimit));
  }
}

function round(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}

/** Several budgets may refuse at once. */
function strictest(all: readonly BudgetSpec['atLimit'][]): BudgetSpec['atLimit'] {
  if (all.includes('stop')) return 'stop';
  return all.includes('finish') ? 'finish' : 'pause';
}

import type { BudgetView } from '../../../protocol.ts';
import { formatCount } from '../format.ts';
import { toHref } from '../router.ts';
import { shownLimits } from '../store/limits-store.ts';
import { toBudgetBar } from './budget-bar.ts';

/** How much of the budgets is gone: the run's, the groups', and of agents those closest to their limits. */
export function BudgetBars() {
  const { budgets = [], more = 0 } = shownLimits.value ?? {};
  if (budgets.length === 0) return null;
  const agents = budgets.filter(({ kind }) => kind === 'agent');
  return (
    <section class="budgets" aria-label="Budgets" data-testid="budgets">
      <h2 class="panel-title">Budgets</h2>
      {budgets.filter(({ kind }) => kind !== 'agent').map(toBar)}
      {agents.length > 0 && (
        <details>
          <summary>Agents closest to their limits</summary>
          {agents.map(toBar)}
          {more > 0 && <p class="muted">and {formatCount(more, 'limit')} farther away</p>}
        </details>
      )}
    </section>
  );
}

function toBar(budget: BudgetView) {
  return <Bar key={`${budget.kind} ${budget.scope} ${budget.limit}`} budget={budget} />;
}

function Bar({ budget }: { readonly budget: BudgetView }) {
  const { kind, scope } = budget;
  const { name, text, usedPart, reservedPart, level } = toBudgetBar(budget);
  return (
    <div class={`budget is-${level}`}>
      <div class="budget-text">
        <span>
          {kind === 'agent' ? <a href={toHref({ view: 'agent', agent: scope })}>{scope}</a> : <b>{scope}</b>} {name}
        </span>
        <span>{text}</span>
      </div>
      <div class="budget-bar" aria-hidden="true">
        <i style={{ width: `${usedPart}%` }} />
        <i class="is-reserved" style={{ width: `${reservedPart}%` }} />
      </div>
    </div>
  );
}

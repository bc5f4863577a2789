import { AGENT_BUDGETS_TOLD } from '../../base/monitor-limits.ts';
import type { BudgetView, ModelView, RunSummary } from '../../protocol.ts';
import type { LimitsMessage } from '../messages.ts';
import type { View } from './channels.ts';
import type { Watch } from './watch.ts';

type Limits = Omit<LimitsMessage, 'id'>;

/** What models and budgets still allow and what has been spent, told whole whenever it has changed. */
export class LimitsView implements View<Limits> {
  readonly #watch: Watch;
  #shown: Limits;
  #text: string;

  constructor(watch: Watch) {
    this.#watch = watch;
    this.#shown = read(watch);
    this.#text = toText(this.#shown);
  }

  /** Undefined if nothing has changed since the last call. */
  changes(): Limits | undefined {
    const next = read(this.#watch);
    const text = toText(next);
    if (text === this.#text) return undefined;
    this.#shown = next;
    this.#text = text;
    return next;
  }

  /** As of the last frame: what follows it is what differs from this. */
  all(): Limits {
    return this.#shown;
  }
}

/** Another time alone is no change. */
function toText({ at: _, ...limits }: Limits): string {
  return JSON.stringify(limits);
}

function read({ source, history, groups, at, isLive }: Watch): Limits {
  const { live, record } = source;
  const budgets = live?.budgets() ?? [];
  const ofAgents = budgets.filter(({ kind }) => kind === 'agent');
  const closest = toClosest(ofAgents);
  // A run that has ended takes no more time, though its clock goes on.
  const endedAt = isLive ? Number.POSITIVE_INFINITY : at;
  const before = history.began?.before?.spent;
  const told = [...budgets.filter(({ kind }) => kind !== 'agent'), ...closest];
  return {
    type: 'limits',
    at,
    spent: groups.map(({ name, first, count }) => ({ group: name, ...history.spending.sum(first, count) })),
    ...(before !== undefined && { before }),
    models: live?.models() ?? toModels(record.summary),
    budgets: told.map((view) => (view.limit === 'wall' ? { ...view, used: Math.min(view.used, endedAt) } : view)),
    more: ofAgents.length - closest.length,
  };
}

/** Those of which most is gone, without sorting all of them. */
function toClosest(budgets: readonly BudgetView[]): readonly BudgetView[] {
  const closest: BudgetView[] = [];
  for (const budget of budgets) {
    const share = toShare(budget);
    const last = closest[AGENT_BUDGETS_TOLD - 1];
    if (last !== undefined && share <= toShare(last)) continue;
    closest.splice(closest.findLastIndex((other) => toShare(other) >= share) + 1, 0, budget);
    if (last !== undefined) closest.pop();
  }
  return closest;
}

/** How much of a budget is gone. */
function toShare({ used, reserved, allowed }: BudgetView): number {
  return (used + reserved) / allowed;
}

/** A stored run's gates have let everybody go. */
function toModels(summary: RunSummary | undefined): ModelView[] {
  return Object.entries(summary?.models ?? {}).map(([name, { calls, retries, throttled, waitMs }]) => {
    return { name, inFlight: 0, waiting: 0, calls, retries, throttled, waitMs, state: 'open' };
  });
}

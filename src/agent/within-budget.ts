import type { Reservation } from '../model/budget/reservation.ts';
import type { ModelContext } from '../model/model.ts';
import type { TokenCounter } from '../model/token-counter.ts';
import type { Decision, ModelRequest } from '../protocol.ts';
import type { AgentEnvironment, Group } from './environment.ts';
import { OverBudgetError } from './over-budget-error.ts';

/**
 * Asks a model for what the budgets have left: reserved before, settled afterwards.
 *
 * @param counter Of the group's model.
 * @returns As the model; rejects with an `OverBudgetError` if there is not enough, and the call was not made.
 */
export async function askWithinBudget(
  env: AgentEnvironment,
  group: Group,
  counter: TokenCounter,
  { request, context }: { readonly request: ModelRequest; readonly context: ModelContext },
): Promise<Decision> {
  const count = counter.countRequest(request);
  const reservation = await reserve(env, group, { request, context, inputTokens: count.tokens });
  if (context.isAborted) {
    reservation?.release();
    // The gate rejects with the reason, and asks nobody.
    return group.model.decide(request, context);
  }
  const maxOutputTokens = reservation?.maxOutputTokens;
  try {
    const decision = await group.model.decide(
      maxOutputTokens === undefined ? request : { ...request, maxOutputTokens },
      context,
    );
    reservation?.settle(decision.usage);
    counter.learn(count, decision.usage.inputTokens);
    return decision;
  } catch (error) {
    reservation?.settle(undefined);
    throw error;
  }
}

interface Call {
  readonly request: ModelRequest;
  readonly context: ModelContext;
  readonly inputTokens: number;
}

/** Resolves when there is room, or when the call is aborted; undefined if nothing is limited. */
function reserve(
  { budgets }: AgentEnvironment,
  group: Group,
  { request, context, inputTokens }: Call,
): Promise<Reservation | undefined> | undefined {
  if (budgets === undefined) return undefined;
  const limits = [request.maxOutputTokens, group.maxOutputTokens].filter((limit) => limit !== undefined);
  const maxOutputTokens = limits.length === 0 ? undefined : Math.min(...limits);
  const need = { agent: context.agent, group: group.spec.name, inputTokens, maxOutputTokens, price: group.price };
  return new Promise((resolve, reject) => {
    const waiting = budgets.reserve(need, (outcome) => {
      if (outcome.kind === 'reserved') resolve(outcome);
      else reject(new OverBudgetError(outcome));
    });
    if (waiting === undefined) return;
    context.onAbort(() => {
      waiting.cancel();
      resolve(undefined);
    });
  });
}

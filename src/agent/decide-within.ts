import type { Decision } from '../protocol.ts';
import type { AgentEnvironment, Asking, Conversation } from './environment.ts';
import { askWithinBudget } from './within-budget.ts';
import { fitContext } from './within-context.ts';

/**
 * Asks a model within the context of its group, and for what the budgets have left.
 *
 * @returns As the model; rejects with an `OverBudgetError` or with `CONTEXT_EXCEEDED`, and the call was not made.
 */
export async function decideWithin(
  env: AgentEnvironment,
  conversation: Conversation,
  { group, counter, request, call }: Asking,
): Promise<Decision> {
  const { context: spec } = group.spec;
  const sent =
    spec === undefined ? request : await fitContext(env, conversation, request, { group, counter, spec, call });
  return askWithinBudget(env, group, counter, { request: sent, context: call });
}

import { BUDGET_OUTPUT_MIN_TOKENS } from '../../base/limits.ts';
import type { BudgetReached, Price } from '../../protocol.ts';
import { maxCost } from './cost.ts';
import type { LearnedNeed } from './learned-need.ts';
import type { Amounts, BudgetScope } from './scope.ts';

/** A model call that is about to be made. */
export interface CallNeed {
  readonly agent: string;
  readonly group: string;
  /** As estimated; what estimates have been wrong by is added here. */
  readonly inputTokens: number;
  /** What the model's terms say of its answers. Undefined: of any length. */
  readonly maxOutputTokens: number | undefined;
  /** Undefined: the call costs no money. */
  readonly price: Price | undefined;
}

/** The call may not be made: it would not fit even if calls in flight used nothing. */
export interface Refusal {
  readonly kind: 'refused';
  /** Of every budget without room: the run's before the group's before the agent's. */
  readonly reached: readonly [BudgetReached, ...BudgetReached[]];
}

export type Assessment =
  /** `scopes` are those that have no room. */
  | (Refusal & { readonly scopes: readonly BudgetScope[] })
  /** It fits once calls in flight have given back what they do not use, in these budgets. */
  | { readonly kind: 'full'; readonly scopes: readonly BudgetScope[] }
  | {
      readonly kind: 'fits';
      /** What has to be reserved for it. */
      readonly amounts: Readonly<Amounts>;
      /** Tokens its answer may have. */
      readonly outputTokens: number;
      /** False: no budget sets a limit to the answer. */
      readonly isLimited: boolean;
    };

/**
 * Whether a call fits into all of the budgets it counts for.
 *
 * Its answer gets what the model's terms say, otherwise what the group's answers have needed so far; less, but at least
 * `BUDGET_OUTPUT_MIN_TOKENS`, only if there would not be more even with no call in flight.
 */
export function assessCall(
  need: CallNeed,
  scopes: readonly BudgetScope[],
  learned: LearnedNeed,
  elapsedMs: number,
): Assessment {
  const { price } = need;
  const input = { inputTokens: learned.inputTokens(need.inputTokens), price };
  const wanted = need.maxOutputTokens ?? learned.outputTokens;
  const least = Math.min(wanted, BUDGET_OUTPUT_MIN_TOKENS);
  const rooms = scopes.map((scope) => scope.room(input, 'later'));
  const spent = scopes.filter((scope, index) => scope.isOver(elapsedMs) || (rooms[index] ?? 0) < least);
  const [first, ...others] = spent.map((scope) => scope.reached(input, least, elapsedMs));
  if (first !== undefined) return { kind: 'refused', reached: [first, ...others], scopes: spent };
  const atBest = Math.min(Number.POSITIVE_INFINITY, ...rooms);
  const outputTokens = Math.min(wanted, atBest);
  const full = scopes.filter((scope) => scope.room(input, 'now') < outputTokens);
  if (full.length > 0) return { kind: 'full', scopes: full };
  const amounts = {
    calls: 1,
    tokens: input.inputTokens + outputTokens,
    nanoUsd: maxCost(input.inputTokens, outputTokens, price),
  };
  return { kind: 'fits', amounts, outputTokens, isLimited: atBest < Number.POSITIVE_INFINITY };
}

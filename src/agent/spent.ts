import type { Spent, Usage } from '../protocol.ts';

/** Before the first call of a model. */
export const NOTHING_SPENT: Spent = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };

/** What has been spent with one more call. */
export function addUsage(spent: Spent, { inputTokens, outputTokens, costUsd = 0 }: Usage): Spent {
  return {
    calls: spent.calls + 1,
    inputTokens: spent.inputTokens + inputTokens,
    outputTokens: spent.outputTokens + outputTokens,
    usd: spent.usd + costUsd,
  };
}

/** What two have spent together. */
export function addSpent(a: Spent, b: Spent): Spent {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    usd: a.usd + b.usd,
  };
}

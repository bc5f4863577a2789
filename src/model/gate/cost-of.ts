import type { Price, Usage } from '../../protocol.ts';

const PRICED_TOKENS = 1_000_000;

/** @returns US dollars. */
export function costOf({ inputTokens, outputTokens, cachedInputTokens = 0 }: Usage, price: Price): number {
  const { inputUsd, outputUsd, cachedInputUsd = inputUsd } = price;
  const cached = Math.min(cachedInputTokens, inputTokens);
  return ((inputTokens - cached) * inputUsd + cached * cachedInputUsd + outputTokens * outputUsd) / PRICED_TOKENS;
}

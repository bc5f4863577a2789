import type { Price, Usage } from '../../protocol.ts';
import { costOf } from '../gate/cost-of.ts';

/** Billionths of a dollar: sums of whole ones are exact up to nine million dollars, and a token costs at least one. */
export const NANO_USD = 1_000_000_000;
/** A price is in dollars for a million tokens. */
const NANO_PER_TOKEN = NANO_USD / 1_000_000;
/** Billionths of a dollar by which a product of fractions may be off. */
const ROUNDING = 1e-4;

/**
 * The most that a call of so many tokens may cost, in whole billionths of a dollar; 0 without a price.
 *
 * Contract: never less than `toCost` of a usage that is within these tokens.
 */
export function maxCost(inputTokens: number, outputTokens: number, price: Price | undefined): number {
  if (price === undefined) return 0;
  const nanoUsd = (inputTokens * maxInputUsd(price) + outputTokens * price.outputUsd) * NANO_PER_TOKEN;
  return Math.ceil(nanoUsd - ROUNDING);
}

/** Output tokens affordable beside so much input; infinite if they are free, negative if the input alone is too much. */
export function affordableOutput(nanoUsd: number, inputTokens: number, price: Price | undefined): number {
  if (maxCost(inputTokens, 0, price) > nanoUsd) return -1;
  if (price === undefined || price.outputUsd === 0) return Number.POSITIVE_INFINITY;
  const left = nanoUsd / NANO_PER_TOKEN - inputTokens * maxInputUsd(price);
  const tokens = Math.ceil(left / price.outputUsd);
  return maxCost(inputTokens, tokens, price) > nanoUsd ? tokens - 1 : tokens;
}

/** What a call has cost, in whole billionths of a dollar: as its usage says, otherwise by the price; 0 without either. */
export function toCost(usage: Usage, price: Price | undefined): number {
  const usd = usage.costUsd ?? (price === undefined ? 0 : costOf(usage, price));
  return Math.round(usd * NANO_USD);
}

/** Some providers charge more for input that goes into their cache. */
function maxInputUsd({ inputUsd, cachedInputUsd = inputUsd }: Price): number {
  return Math.max(inputUsd, cachedInputUsd);
}

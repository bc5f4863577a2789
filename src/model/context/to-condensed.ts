import { SUMMARY_MAX_SHARE, SUMMARY_MAX_TOKENS } from '../../base/limits.ts';
import type { Condensed } from '../../protocol.ts';
import { cutMiddle, fitText } from './fit-text.ts';

/** Characters of a token, at most: a summary is written into every snapshot, whatever it consists of. */
const TOKEN_MAX_CHARS = 8;

/**
 * What stands for the messages that have given way.
 *
 * @param dropped Of the transcript, from its beginning.
 * @param reply The model's summary; a longer one than was asked for is cut. Undefined or blank: there is none.
 * @param earlier What stood for the messages before these. If there is no summary, its own goes on standing for its part;
 * undefined: that is to go too, as a plan without a summary has reckoned.
 * @param options.limit Tokens that the conversation may have, as `planCondensing` was told.
 */
export function toCondensed(
  dropped: number,
  reply: string | undefined,
  earlier: Condensed | undefined,
  options: { readonly limit: number; countText(text: string): number },
): Condensed {
  const text = reply?.trim();
  if (text === undefined || text === '') return { ...earlier, dropped };
  const maxTokens = toSummaryTokens(options.limit);
  const summary = fitText(cutMiddle(text, maxTokens * TOKEN_MAX_CHARS), maxTokens, 0, options.countText);
  return { dropped, summary };
}

/** Tokens of a summary, at most, in a conversation that may have so many. */
export function toSummaryTokens(limit: number): number {
  return Math.max(1, Math.min(SUMMARY_MAX_TOKENS, Math.floor(limit * SUMMARY_MAX_SHARE)));
}

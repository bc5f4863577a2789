import { TroupeError } from '../../base/errors.ts';
import { CONTEXT_KEPT } from '../../base/limits.ts';
import type { ChatMessage, Condensed, ContextSpec } from '../../protocol.ts';
import { cutResults } from './cut-results.ts';
import { toSummaryTokens } from './to-condensed.ts';
import { toLead } from './to-condensed-transcript.ts';

export interface CondensingOptions {
  tokensOf(message: ChatMessage): number;
  /** Tokens that the conversation may have: of a request's, what instructions and tools leave. */
  readonly limit: number;
  readonly whenFull: ContextSpec['whenFull'];
  /** What has given way already. */
  readonly condensed?: Condensed | undefined;
  /** Position of the message with which the current observation begins. Absent: the user's last. */
  readonly current?: number;
  /** What stays, as a share of the limit. Default `CONTEXT_KEPT`. */
  readonly keepRecent?: number;
}

/** What has to give way so that a conversation fits. */
export interface CondensingPlan {
  /** Messages of the transcript, from its beginning, those before among them. */
  readonly dropped: number;
  /** Messages are dropped that were not before, and there is room for a summary of them that was wanted. */
  readonly summarise: boolean;
  /** Of what stays: results of tools that are too long, each with its shorter one. Absent: none. */
  readonly cuts?: ReadonlyMap<ChatMessage, ChatMessage>;
}

/**
 * Finds what has to give way of a conversation that is too long, or nothing.
 *
 * The oldest messages are dropped until the rest takes `keepRecent` of the limit, or everything up to the current
 * observation is. What stays begins with a message of the user's, and has no call without its results, as providers ask.
 * If the current observation alone is too long, its tools' results are cut, the oldest first.
 *
 * Contract: pure. The plan for what `toCondensedTranscript` makes of a plan is undefined.
 *
 * @param transcript The whole of it, as it is kept.
 * @throws {TroupeError} `CONTEXT_EXCEEDED` if that is not enough.
 */
export function planCondensing(
  transcript: readonly ChatMessage[],
  options: CondensingOptions,
): CondensingPlan | undefined {
  const { tokensOf, limit, condensed, whenFull } = options;
  const before = condensed?.dropped ?? 0;
  const lead = toLead(condensed);
  let total = lead === undefined ? 0 : tokensOf(lead);
  for (let index = before; index < transcript.length; index++) total += ofMessage(transcript, index, tokensOf);
  if (total <= limit) return undefined;

  let plan = tryPlan(transcript, total, options);
  // Better without a summary than not at all.
  if (plan.excess > 0 && whenFull === 'summarise') plan = tryPlan(transcript, total, { ...options, whenFull: 'trim' });
  const { excess, ...found } = plan;
  if (excess <= 0) return found;
  throw new TroupeError(
    'CONTEXT_EXCEEDED',
    `Cannot shorten the conversation to the ${limit} tokens that instructions and tools leave of its context: ` +
      `what cannot give way takes ${limit + excess}; allow more tokens, or give the agent less to observe at once`,
  );
}

/** A plan, with the tokens by which it still exceeds the limit. */
function tryPlan(
  transcript: readonly ChatMessage[],
  total: number,
  options: CondensingOptions,
): CondensingPlan & { readonly excess: number } {
  const { tokensOf, limit, condensed, whenFull, keepRecent = CONTEXT_KEPT } = options;
  const { dropped, tokens } = chooseStart(transcript, total, options);
  const plan = { dropped, summarise: whenFull === 'summarise' && dropped > (condensed?.dropped ?? 0) };
  const excess = tokens - limit;
  if (excess <= 0) return { ...plan, excess };
  // In steps, so that the same results are cut in the same way for some turns, and a provider's cache stays of use.
  const step = Math.max(1, limit * (1 - keepRecent));
  const { cuts, saved } = cutResults(transcript.slice(dropped), Math.ceil(excess / step) * step, tokensOf);
  return { ...plan, cuts, excess: excess - saved };
}

/** Where the rest begins, and the tokens of that with what stands for the dropped. */
function chooseStart(
  transcript: readonly ChatMessage[],
  total: number,
  options: CondensingOptions,
): { dropped: number; tokens: number } {
  const { tokensOf, limit, condensed, keepRecent = CONTEXT_KEPT } = options;
  const before = condensed?.dropped ?? 0;
  const current = options.current ?? transcript.findLastIndex((message) => message.role === 'user');
  const lead = toLead(condensed);
  let rest = lead === undefined ? total : total - tokensOf(lead);
  let chosen = { dropped: before, tokens: total };
  for (let index = before; index < current; index++) {
    rest -= ofMessage(transcript, index, tokensOf);
    if (!isStart(transcript, index + 1)) continue;
    chosen = { dropped: index + 1, tokens: rest + leadTokens(index + 1, options) };
    if (chosen.tokens <= limit * keepRecent) break;
  }
  // A few short messages can take less than what would stand for them.
  return chosen.tokens < total ? chosen : { dropped: before, tokens: total };
}

/** What stands for the dropped, a summary as long as one may be. */
function leadTokens(dropped: number, { tokensOf, whenFull, limit }: CondensingOptions): number {
  const lead = toLead(whenFull === 'trim' ? { dropped } : { dropped, summary: '' });
  const tokens = lead === undefined ? 0 : tokensOf(lead);
  return whenFull === 'trim' ? tokens : tokens + toSummaryTokens(limit);
}

function ofMessage(transcript: readonly ChatMessage[], index: number, tokensOf: CondensingOptions['tokensOf']): number {
  const message = transcript[index];
  return message === undefined ? 0 : tokensOf(message);
}

/** No results of calls that would be gone come after it. */
function isStart(transcript: readonly ChatMessage[], index: number): boolean {
  return transcript[index]?.role === 'user' && transcript[index + 1]?.role !== 'tool';
}

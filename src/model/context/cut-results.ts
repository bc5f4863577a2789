import { RESULT_CUT_CHARS } from '../../base/limits.ts';
import type { ChatMessage } from '../../protocol.ts';
import { cutMiddle, fitText } from './fit-text.ts';

/** Each result that has been cut as far as can be, so that it is counted once. */
const shortest = new WeakMap<ChatMessage, ChatMessage>();

/**
 * Cuts results of tools, the oldest first, each as far as needed: the last one that is cut keeps what there is room for.
 *
 * @param wanted Tokens to be saved.
 * @returns What stands in the place of what, and the tokens that saves: less than wanted if all are cut to the least.
 */
export function cutResults(
  messages: readonly ChatMessage[],
  wanted: number,
  tokensOf: (message: ChatMessage) => number,
): { cuts: ReadonlyMap<ChatMessage, ChatMessage>; saved: number } {
  const cuts = new Map<ChatMessage, ChatMessage>();
  let saved = 0;
  for (const message of messages) {
    if (saved >= wanted) break;
    const least = toShortest(message);
    const tokens = tokensOf(message);
    const most = tokens - tokensOf(least);
    if (most <= 0) continue;
    const left = wanted - saved;
    const cut = most > left ? toFitting(message, tokens - left, tokensOf) : least;
    cuts.set(message, cut);
    saved += tokens - tokensOf(cut);
  }
  return { cuts, saved };
}

function toShortest(message: ChatMessage): ChatMessage {
  if (message.role !== 'tool') return message;
  const known = shortest.get(message);
  if (known !== undefined) return known;
  const content = cutMiddle(message.content, RESULT_CUT_CHARS);
  const cut = content === message.content ? message : { ...message, content };
  shortest.set(message, cut);
  return cut;
}

function toFitting(message: ChatMessage, maxTokens: number, tokensOf: (message: ChatMessage) => number): ChatMessage {
  const countText = (content: string): number => tokensOf({ ...message, content });
  return { ...message, content: fitText(message.content, maxTokens, RESULT_CUT_CHARS, countText) };
}

import type { Json, JsonObject } from '../../protocol.ts';
import type { Answer } from './answer.ts';
import type { AnswerPart } from './answer-parts.ts';
import { isObject } from './is-object.ts';
import type { Kept, KeptPart, KeptSource } from './kept.ts';
import { toWellFormed } from './to-well-formed.ts';

/** Providers whose thoughts are of use to them only with what they say of them: a signature, an id. */
const SIGNED = /^(?:anthropic|google)\b|\.responses$/;
/** Those that name calls and texts in any case, and want that back only along with thoughts. */
const ONLY_WITH_THOUGHTS = /^anthropic\b|\.responses$/;
const COMPATIBLE = /^openaiCompatible\./;

/**
 * What an answer's provider wants back along with the results of its calls, or profits from: thoughts, and what it says
 * of texts and calls.
 *
 * Of known providers that is what their packages make use of: thoughts that Anthropic, OpenAI's Responses API or Google
 * have signed or named; signatures of Gemini's calls, also through a server that speaks like OpenAI's; thoughts of such a
 * server if they come as `reasoning_content`, the name under which they go back, since strict servers refuse what they do
 * not know. Of other providers it is everything, as the AI SDK itself does it.
 *
 * @returns JSON; undefined: nothing, as for most answers.
 */
export function toKept({ parts, sendsReasoning }: Answer, source: KeptSource): Json | undefined {
  const { provider } = source;
  if (parts.isCut) return undefined;
  const isCompatible = COMPATIBLE.test(provider);
  const kept = parts.list.flatMap((part) => {
    if (part.type === 'reasoning' && isCompatible && !sendsReasoning) return [];
    return toKeptPart(part, isCompatible ? toCompatible(part) : part.metadata, provider);
  });
  const isWanted = (part: KeptPart): boolean =>
    part.type === 'reasoning' || (part.options !== undefined && !ONLY_WITH_THOUGHTS.test(provider));
  return kept.some(isWanted) ? toJson({ ...source, parts: shareText(kept) }) : undefined;
}

function toKeptPart(
  { type, text, id }: AnswerPart,
  metadata: Record<string, unknown> | undefined,
  provider: string,
): readonly KeptPart[] {
  const options = metadata === undefined ? {} : { options: metadata as JsonObject };
  if (type === 'call') return [{ type, id, ...options }];
  if (type === 'reasoning') {
    const isOfUse = metadata !== undefined || (text !== '' && !SIGNED.test(provider));
    return isOfUse ? [{ type, text: toWellFormed(text), ...options }] : [];
  }
  // Providers send empty texts, and refuse them.
  return text.trim() === '' ? [] : [{ type, text: toWellFormed(text), ...options }];
}

/** Its package looks for a signature under `google`, and puts what stands under its own name into the message as it is. */
function toCompatible({ type, metadata }: AnswerPart): Record<string, unknown> | undefined {
  const own = metadata?.openaiCompatible;
  const signature = type === 'call' && isObject(own) ? own.thoughtSignature : undefined;
  return signature === undefined ? undefined : { google: { thoughtSignature: signature } };
}

/** A text that is the only one is the message's own. */
function shareText(parts: readonly KeptPart[]): readonly KeptPart[] {
  if (parts.filter(({ type }) => type === 'text').length !== 1) return parts;
  return parts.map((part) => {
    if (part.type !== 'text') return part;
    const { text, ...rest } = part;
    return rest;
  });
}

/** What packages say may hold anything, such as members that are undefined. */
function toJson(kept: Kept): Json | undefined {
  try {
    return JSON.parse(JSON.stringify(kept)) as Json;
  } catch {
    return undefined;
  }
}

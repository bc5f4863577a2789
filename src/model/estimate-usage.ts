import type { ModelRequest, ToolCall, Usage } from '../protocol.ts';

/** A common rule of thumb for English text; providers count differently. */
const CHARS_PER_TOKEN = 4;

/**
 * The tokens an exchange would cost, by the length of its text: instructions, transcript and observation in, reply and
 * calls (as JSON) out. The JSON of earlier calls in the transcript is not counted.
 *
 * @param given Counts that are known; they are taken as they are.
 */
export function estimateUsage(
  request: ModelRequest,
  reply: string | undefined,
  toolCalls: readonly ToolCall[],
  given: Partial<Usage> | undefined,
): Usage {
  return {
    inputTokens: given?.inputTokens ?? estimateInputTokens(request),
    outputTokens: given?.outputTokens ?? toTokens(countOutput(reply, toolCalls)),
  };
}

/** The tokens of what a model is asked, counted as `estimateUsage` does. */
export function estimateInputTokens(request: ModelRequest): number {
  return toTokens(countInput(request));
}

function countInput({ instructions, transcript, observation }: ModelRequest): number {
  let chars = instructions.length;
  for (const message of transcript) chars += message.content.length;
  // What is observed may be the end of the transcript already; it reaches a model once.
  const last = transcript.at(-1);
  const isIncluded =
    last?.role === 'tool' ? observation.kind === 'results' : last?.role === 'user' && last.content === observation.text;
  return isIncluded ? chars : chars + observation.text.length;
}

function countOutput(reply: string | undefined, toolCalls: readonly ToolCall[]): number {
  return (reply?.length ?? 0) + (toolCalls.length === 0 ? 0 : JSON.stringify(toolCalls).length);
}

function toTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

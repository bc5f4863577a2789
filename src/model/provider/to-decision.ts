import { TOOL_CALLS_MAX, TOOL_NAME_MAX_CHARS } from '../../base/limits.ts';
import type { Decision, ModelRequest, ToolCall } from '../../protocol.ts';
import { estimateUsage } from '../estimate-usage.ts';
import { ModelCallError } from '../model-call-error.ts';
import type { Answer } from './answer.ts';
import type { KeptSource } from './kept.ts';
import { parseArguments } from './parse-arguments.ts';
import { toKept } from './to-kept.ts';
import { toWellFormed } from './to-well-formed.ts';

/** What Gemini says of a call that it could not read itself. */
const UNREADABLE_CALL = /MALFORMED|UNEXPECTED_TOOL_CALL/i;
/** Of a refusal's text, in our message. */
const SHOWN_CHARS = 200;

/**
 * Makes a decision of what a model has answered. An answer that cannot be used, but of a kind that the model can do better,
 * is a decision with a flaw.
 *
 * @param options.model Its name, for messages.
 * @param options.source Whose answer it is.
 * @param options.serviceMs Milliseconds that the answer took.
 * @throws {ModelCallError} `MODEL_REFUSED` if the model, or a filter behind it, will not answer; a retryable `MODEL_FAILED`
 * if the provider says that the answer has failed.
 */
export function toDecision(
  answer: Answer,
  request: ModelRequest,
  options: { readonly model: string; readonly source: KeptSource; readonly serviceMs: number },
): Decision {
  const { serviceMs, source } = options;
  const text = toWellFormed(answer.text);
  const reply = text.trim() === '' ? undefined : text;
  checkFinish(answer, options.model);
  const calls = answer.calls.map(({ name, input }, index): ToolCall => {
    return { id: `call-${request.turn}-${index + 1}`, name, ...parseArguments(input) };
  });
  const estimated = estimateUsage(request, reply, calls, answer.usage);
  const { cachedInputTokens } = answer.usage;
  const usage = cachedInputTokens === undefined ? estimated : { ...estimated, cachedInputTokens };
  const flaw = findFlaw(answer, reply, usage.outputTokens, request);
  const rest = { usage, serviceMs, ...(reply !== undefined && { reply }) };
  if (flaw !== undefined) return { ...rest, toolCalls: [], final: false, flaw };
  if (calls.length === 0) return { ...rest, toolCalls: calls, final: true };
  const kept = toKept(answer, source);
  return { ...rest, toolCalls: calls, final: false, ...(kept !== undefined && { kept }) };
}

function checkFinish({ finish, text }: Answer, model: string): void {
  if (finish?.unified === 'content-filter') {
    const said = text.trim() === '' ? (finish.raw ?? 'it does not say why') : text.trim().slice(0, SHOWN_CHARS);
    throw new ModelCallError('MODEL_REFUSED', `Cannot get an answer from model "${model}": it refused: ${said}`);
  }
  if (finish?.unified === 'error' && !UNREADABLE_CALL.test(finish.raw ?? '')) {
    throw new ModelCallError(
      'MODEL_FAILED',
      `Cannot use the answer of model "${model}": it ended with an error${finish.raw === undefined ? '' : ` (${finish.raw})`}`,
      { retryable: true },
    );
  }
}

function findFlaw(
  { finish, calls, callCount }: Answer,
  reply: string | undefined,
  outputTokens: number,
  { tools }: ModelRequest,
): string | undefined {
  if (finish?.unified === 'length') {
    const made = callCount > 0 ? ' No tool was called.' : '';
    return `The answer was cut off at ${outputTokens} tokens.${made} Answer again, shorter.`;
  }
  if (finish !== undefined && UNREADABLE_CALL.test(finish.raw ?? '')) {
    return `The answer has a tool call that cannot be read (${finish.raw}). Call the tool again, with arguments in JSON.`;
  }
  if (callCount > TOOL_CALLS_MAX) {
    return `The answer has ${callCount} tool calls, and at most ${TOOL_CALLS_MAX} can be made at once, so none was made. Make fewer.`;
  }
  if (calls.some(({ name }) => name.trim() === '')) {
    return 'The answer has a tool call without the name of a tool, so none was made. Call tools by their names.';
  }
  const long = calls.find(({ name }) => name.length > TOOL_NAME_MAX_CHARS);
  if (long !== undefined) {
    return `The answer calls a tool by a name of ${long.name.length} characters, so no call was made. Call tools by their names.`;
  }
  if (reply !== undefined || calls.length > 0) return undefined;
  return `The answer is empty. Answer with text${tools.length > 0 ? ', or call a tool' : ''}.`;
}

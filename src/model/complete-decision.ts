import { TroupeError } from '../base/errors.ts';
import { MODEL_KEPT_MAX_CHARS, TOOL_CALLS_MAX, TOOL_NAME_MAX_CHARS } from '../base/limits.ts';
import type { Decision, Json, JsonObject, ToolCall, Usage } from '../protocol.ts';
import { findJsonProblem } from './find-json-problem.ts';

/** Ids go into every record of a call; providers' own have some 30 characters. */
const ID_MAX_CHARS = 128;

/**
 * Checks what a model answered and fills in what it left out: no calls, `final` if there are none, no tokens, the
 * measured time. Empty, overlong and repeated call ids become unique ones. An answer with a flaw, or with more calls than
 * `TOOL_CALLS_MAX`, which is one, keeps no calls and is not final. What is to be kept for the provider is dropped with the
 * calls, and if it is longer than `MODEL_KEPT_MAX_CHARS`.
 *
 * @param answer What the model's promise resolved to: anything.
 * @param options.model The model's name, for messages.
 * @param options.turn Part of the call ids made here: `call-TURN-NUMBER`.
 * @param options.measuredMs `serviceMs` of an answer that does not say it.
 * @returns A decision with nothing else in it: what a model adds for itself is not stored.
 * @throws {TroupeError} `MODEL_FAILED` with the place of what has the wrong shape.
 */
export function completeDecision(
  answer: unknown,
  options: { model: string; turn: number; measuredMs: number },
): Decision {
  const { model, turn, measuredMs } = options;
  if (!isObject(answer)) throw wrong(model, 'it', 'a decision', answer);
  const { reply, final, serviceMs } = answer;
  if (reply !== undefined && typeof reply !== 'string') throw wrong(model, 'reply', 'a text', reply);
  if (final !== undefined && typeof final !== 'boolean') throw wrong(model, 'final', 'true or false', final);
  const flaw = completeFlaw(answer, model);
  const toolCalls = flaw === undefined ? completeCalls(answer.toolCalls, model, turn) : [];
  const kept = toolCalls.length === 0 ? undefined : completeKept(answer.kept, model);
  const completed = {
    toolCalls,
    final: flaw === undefined && (final ?? toolCalls.length === 0),
    usage: completeUsage(answer.usage, model),
    serviceMs: completeNumber(serviceMs, 'serviceMs', model, measuredMs),
    ...(flaw !== undefined && { flaw }),
    ...(kept !== undefined && { kept }),
  };
  return reply === undefined ? completed : { reply, ...completed };
}

function completeKept(kept: unknown, model: string): Json | undefined {
  if (kept === undefined) return undefined;
  const problem = findJsonProblem(kept);
  if (problem !== undefined) {
    throw new TroupeError('MODEL_FAILED', `Cannot use the answer of model "${model}": kept: it ${problem}`);
  }
  return JSON.stringify(kept).length > MODEL_KEPT_MAX_CHARS ? undefined : (kept as Json);
}

function completeFlaw({ flaw, toolCalls }: Record<string, unknown>, model: string): string | undefined {
  if (flaw !== undefined && (typeof flaw !== 'string' || flaw === '')) throw wrong(model, 'flaw', 'a text', flaw);
  if (flaw !== undefined || !Array.isArray(toolCalls) || toolCalls.length <= TOOL_CALLS_MAX) return flaw;
  return `The answer has ${toolCalls.length} tool calls, and at most ${TOOL_CALLS_MAX} can be made at once, so none was made. Make fewer.`;
}

function completeCalls(value: unknown, model: string, turn: number): readonly ToolCall[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong(model, 'toolCalls', 'a list', value);
  const calls = value.map((call, index) => checkCall(call, `toolCalls[${index}]`, model));
  return hasUniqueIds(calls) ? calls : renumber(calls, turn);
}

function checkCall(call: unknown, place: string, model: string): ToolCall {
  if (!isObject(call)) throw wrong(model, place, 'an object', call);
  const { id = '', name, args, malformed } = call;
  if (typeof id !== 'string') throw wrong(model, `${place}.id`, 'a text', id);
  if (typeof name !== 'string' || name === '') throw wrong(model, `${place}.name`, "a tool's name", name);
  if (name.length > TOOL_NAME_MAX_CHARS) {
    throw wrong(model, `${place}.name`, `a name of at most ${TOOL_NAME_MAX_CHARS} characters`, name);
  }
  if (!isObject(args)) throw wrong(model, `${place}.args`, 'a JSON object', args);
  const problem = findJsonProblem(args);
  if (problem !== undefined) {
    throw new TroupeError('MODEL_FAILED', `Cannot use the answer of model "${model}": ${place}.args: it ${problem}`);
  }
  if (malformed === undefined) return { id, name, args: args as JsonObject };
  if (typeof malformed !== 'string') throw wrong(model, `${place}.malformed`, 'a text', malformed);
  return { id, name, args: args as JsonObject, malformed };
}

function isUsable(id: string): boolean {
  return id !== '' && id.length <= ID_MAX_CHARS;
}

function hasUniqueIds(calls: readonly ToolCall[]): boolean {
  if (!calls.every((call) => isUsable(call.id))) return false;
  return calls.length < 2 || new Set(calls.map((call) => call.id)).size === calls.length;
}

/** The first call with an id keeps it. */
function renumber(calls: readonly ToolCall[], turn: number): readonly ToolCall[] {
  const taken = new Set(calls.map((call) => call.id));
  const kept = new Set<string>();
  return calls.map((call, index) => {
    if (isUsable(call.id) && !kept.has(call.id)) {
      kept.add(call.id);
      return call;
    }
    let id = `call-${turn}-${index + 1}`;
    while (taken.has(id)) id += 'x';
    taken.add(id);
    return { ...call, id };
  });
}

function completeUsage(value: unknown, model: string): Usage {
  if (value === undefined) return { inputTokens: 0, outputTokens: 0 };
  if (!isObject(value)) throw wrong(model, 'usage', 'an object', value);
  const usage = {
    inputTokens: completeNumber(value.inputTokens, 'usage.inputTokens', model, 0),
    outputTokens: completeNumber(value.outputTokens, 'usage.outputTokens', model, 0),
  };
  if (value.cachedInputTokens === undefined) return usage;
  return { ...usage, cachedInputTokens: completeNumber(value.cachedInputTokens, 'usage.cachedInputTokens', model, 0) };
}

function completeNumber(value: unknown, place: string, model: string, absent: number): number {
  if (value === undefined) return absent;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw wrong(model, place, 'a number of 0 or more', value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(model: string, place: string, wanted: string, value: unknown): TroupeError {
  return new TroupeError(
    'MODEL_FAILED',
    `Cannot use the answer of model "${model}": ${place} must be ${wanted}, not ${describe(value)}`,
  );
}

function describe(value: unknown): string {
  if (value === '') return '""';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' || typeof value === 'function' ? `a ${typeof value}` : String(value);
}

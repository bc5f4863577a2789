import { TroupeError } from '../base/errors.ts';
import type { Decision, JsonObject, ToolCall, Usage } from '../protocol.ts';

/** Values inside one call's arguments; a cycle would never end. */
const ARGS_MAX_VALUES = 100_000;
/** Nesting of one call's arguments; whatever walks them later does so by recursion. */
const ARGS_MAX_DEPTH = 64;

/**
 * Checks what a model answered and fills in what it left out: no calls, `final` if there are none, no tokens, the
 * measured time. Empty and repeated call ids become unique ones.
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
  const toolCalls = completeCalls(answer.toolCalls, model, turn);
  const completed = {
    toolCalls,
    final: final ?? toolCalls.length === 0,
    usage: completeUsage(answer.usage, model),
    serviceMs: completeNumber(serviceMs, 'serviceMs', model, measuredMs),
  };
  return reply === undefined ? completed : { reply, ...completed };
}

function completeCalls(value: unknown, model: string, turn: number): readonly ToolCall[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong(model, 'toolCalls', 'a list', value);
  const calls = value.map((call, index) => checkCall(call, `toolCalls[${index}]`, model));
  return hasUniqueIds(calls) ? calls : renumber(calls, turn);
}

function checkCall(call: unknown, place: string, model: string): ToolCall {
  if (!isObject(call)) throw wrong(model, place, 'an object', call);
  const { id = '', name, args } = call;
  if (typeof id !== 'string') throw wrong(model, `${place}.id`, 'a text', id);
  if (typeof name !== 'string' || name === '') throw wrong(model, `${place}.name`, "a tool's name", name);
  if (!isObject(args)) throw wrong(model, `${place}.args`, 'a JSON object', args);
  if (!isJson(args, 0, { left: ARGS_MAX_VALUES })) {
    const problem = 'it holds a cycle, too much, or a value that JSON does not have';
    throw new TroupeError('MODEL_FAILED', `Cannot use the answer of model "${model}": ${place}.args: ${problem}`);
  }
  return { id, name, args: args as JsonObject };
}

function hasUniqueIds(calls: readonly ToolCall[]): boolean {
  if (calls.some((call) => call.id === '')) return false;
  return calls.length < 2 || new Set(calls.map((call) => call.id)).size === calls.length;
}

/** The first call with an id keeps it. */
function renumber(calls: readonly ToolCall[], turn: number): readonly ToolCall[] {
  const taken = new Set(calls.map((call) => call.id));
  const kept = new Set(['']);
  return calls.map((call, index) => {
    if (!kept.has(call.id)) {
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
  return {
    inputTokens: completeNumber(value.inputTokens, 'usage.inputTokens', model, 0),
    outputTokens: completeNumber(value.outputTokens, 'usage.outputTokens', model, 0),
  };
}

function completeNumber(value: unknown, place: string, model: string, absent: number): number {
  if (value === undefined) return absent;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw wrong(model, place, 'a number of 0 or more', value);
}

/** Arguments are stored and compared as JSON. A property that is there but undefined passes: JSON leaves it out. */
function isJson(value: unknown, depth: number, budget: { left: number }): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === ARGS_MAX_DEPTH) return false;
  const isList = Array.isArray(value);
  const prototype = isList ? Object.prototype : Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const item of isList ? value : Object.values(value)) {
    if (item === undefined && !isList) continue;
    if (budget.left-- === 0 || !isJson(item, depth + 1, budget)) return false;
  }
  return true;
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

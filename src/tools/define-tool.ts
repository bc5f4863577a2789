import { toErrorInfo } from '../base/errors.ts';
import { TOOL_TIMEOUT_MS } from '../base/limits.ts';
import type { Json, JsonObject, JsonSchema } from '../protocol.ts';
import { compileSchema } from './check-arguments.ts';
import type { Tool, ToolContext } from './tool.ts';

/** What model providers accept as a tool's name. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** A tool of one's own. */
export interface ToolDeclaration {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What it does and when to use it; this is all a model knows of it. */
  readonly description: string;
  /** JSON Schema, draft 2020-12, of the arguments. Default `{ type: 'object' }`: anything. */
  readonly parameters?: JsonSchema;
  /** Milliseconds until a call fails. Default `TOOL_TIMEOUT_MS` (30_000). */
  readonly timeoutMs?: number;
  /**
   * What a call changes in the world: `none`, `idempotent` (with `context.idempotencyKey`) or `once`. Decides what happens
   * to a call of which nobody knows, after a crash, whether it was made: the first two are made again, `once` is not, and
   * the agent is told. Default `once`: what does not say so may be a payment.
   */
  readonly effects?: Tool['effects'];
  /**
   * True: it works outside the run's clock, and virtual time waits for it. False: it waits with `context.sleep`, if at
   * all; with true that sleep would wait for itself in a rehearsal. Default true.
   */
  readonly external?: boolean;
  /**
   * Does the work. Whatever it returns or resolves to becomes JSON as `JSON.stringify` would do it; what it throws
   * becomes the call's error. It must not change `args`, and should stop when `context.signal` aborts.
   */
  execute(args: JsonObject, context: ToolContext): unknown;
}

/**
 * Makes a tool of a function.
 *
 * @throws {TypeError} If the name, the description, the effects, the timeout or `execute` is not as described, or `parameters` are
 * no valid JSON Schema.
 */
export function defineTool(declaration: ToolDeclaration): Tool {
  const {
    name,
    description,
    parameters = { type: 'object' },
    timeoutMs = TOOL_TIMEOUT_MS,
    external = true,
    effects = 'once',
  } = declaration;
  const refuse = (reason: string): never => {
    throw new TypeError(`Cannot define tool "${String(name)}": ${reason}`);
  };
  if (typeof name !== 'string' || !NAME.test(name)) refuse('a name is 1 to 64 letters, digits, "_" or "-"');
  if (typeof description !== 'string') refuse('the description is not a string');
  if (typeof declaration.execute !== 'function') refuse('execute is not a function');
  if (!(timeoutMs > 0 && timeoutMs < Number.POSITIVE_INFINITY)) refuse('timeoutMs is not a number above 0');
  if (!['none', 'idempotent', 'once'].includes(effects)) refuse('effects are not "none", "idempotent" or "once"');
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    refuse('parameters are not an object');
  }
  try {
    compileSchema(parameters);
  } catch (error) {
    refuse(toErrorInfo(error).message);
  }
  return {
    name,
    description,
    parameters,
    timeoutMs,
    effects,
    external: external !== false,
    execute: (args, context) => declaration.execute(args, context) as Json,
  };
}

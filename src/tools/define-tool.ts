import type { StandardSchemaV1 } from '@standard-schema/spec';
import { toErrorInfo } from '../base/errors.ts';
import { compileSchema } from '../base/json-schema.ts';
import { TOOL_TIMEOUT_MS } from '../base/limits.ts';
import type { Json, JsonObject, JsonSchema } from '../protocol.ts';
import { isStandardSchema, parseArguments, toJsonSchema } from './standard-schema.ts';
import type { Tool, ToolContext } from './tool.ts';

/** What model providers accept as a tool's name. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** What `execute` gets: what the schema makes of the arguments, or the arguments as they fit the JSON Schema. */
type Arguments<Parameters> = Parameters extends StandardSchemaV1<unknown, infer Output> ? Output : JsonObject;

/** A tool of one's own. */
export interface ToolDeclaration<Parameters extends JsonSchema | StandardSchemaV1 = JsonSchema> {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What it does and when to use it; this is all a model knows of it. */
  readonly description: string;
  /**
   * The arguments: a JSON Schema, draft 2020-12, or a schema of a library that follows Standard Schema (Zod, Valibot,
   * ArkType and others), which then checks the arguments and makes of them what `execute` gets. Default
   * `{ type: 'object' }`: anything.
   */
  readonly parameters?: Parameters;
  /** JSON Schema that the model is told, for a schema of a library that has none of its own. */
  readonly jsonSchema?: JsonSchema;
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
  execute(args: Arguments<Parameters>, context: ToolContext): unknown;
}

/**
 * Makes a tool of a function.
 *
 * @throws {TypeError} If the name, the description, the effects, the timeout or `execute` is not as described, `parameters`
 * are no valid JSON Schema, or are of a library that gives none while `jsonSchema` is absent.
 */
export function defineTool<Parameters extends JsonSchema | StandardSchemaV1 = JsonSchema>(
  declaration: ToolDeclaration<Parameters>,
): Tool {
  const { name, description, timeoutMs = TOOL_TIMEOUT_MS, external = true, effects = 'once' } = declaration;
  const refuse = (reason: string): never => {
    throw new TypeError(`Cannot define tool "${String(name)}": ${reason}`);
  };
  if (typeof name !== 'string' || !NAME.test(name)) refuse('a name is 1 to 64 letters, digits, "_" or "-"');
  if (typeof description !== 'string') refuse('the description is not a string');
  if (typeof declaration.execute !== 'function') refuse('execute is not a function');
  if (!(timeoutMs > 0 && timeoutMs < Number.POSITIVE_INFINITY)) refuse('timeoutMs is not a number above 0');
  if (!['none', 'idempotent', 'once'].includes(effects)) refuse('effects are not "none", "idempotent" or "once"');
  const common = { name, description, timeoutMs, effects, external: external !== false };
  // Called as a method: a declaration may be an object with members of its own.
  const run = (args: unknown, context: ToolContext) => declaration.execute(args as Arguments<Parameters>, context);
  try {
    return { ...common, ...toChecked(declaration, run) };
  } catch (error) {
    return refuse(toErrorInfo(error).message);
  }
}

type Checked = Pick<Tool, 'parameters' | 'checksArguments' | 'execute'>;

/** @throws If there is no valid JSON Schema. */
function toChecked(
  { parameters = { type: 'object' }, jsonSchema }: { parameters?: unknown; jsonSchema?: JsonSchema },
  run: (args: unknown, context: ToolContext) => unknown,
): Checked {
  if (isStandardSchema(parameters)) {
    return {
      parameters: requireObject(jsonSchema ?? toJsonSchema(parameters)),
      checksArguments: true,
      execute: (args, context) => parseArguments(parameters, args, (parsed) => run(parsed, context)) as Json,
    };
  }
  if (jsonSchema !== undefined) throw new TypeError('parameters are a JSON Schema, there is no use for another one');
  return { parameters: requireObject(parameters), execute: run as Tool['execute'] };
}

function requireObject(schema: unknown): JsonSchema {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new TypeError('parameters are not an object');
  }
  const found = schema as JsonSchema;
  compileSchema(found, 'the parameters');
  if (typeof found.type === 'string' && found.type !== 'object') {
    throw new TypeError(`parameters describe a value of type "${found.type}", arguments are an object`);
  }
  return found;
}

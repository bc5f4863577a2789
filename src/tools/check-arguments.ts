import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import type { Json, JsonSchema } from '../protocol.ts';
import type { Tool } from './tool.ts';

/** Problems told to the model; it corrects a call from the first few. */
const SHOWN_PROBLEMS = 8;

type Check = (args: Json) => string | undefined;

/** By tool, made once. */
const checks = new WeakMap<Tool, Check>();

let ajv: Ajv2020 | undefined;

/**
 * Loading takes 60 ms, which most rehearsals need not pay. Required, not imported: an import would settle at a moment of
 * its own, and the first calls of a rehearsal would come out in another order each time.
 */
function validator(): Ajv2020 {
  if (ajv !== undefined) return ajv;
  const require = createRequire(import.meta.url);
  const loaded = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  ajv = new loaded.Ajv2020({
    strict: false,
    allErrors: true,
    ownProperties: true,
    validateFormats: false,
    addUsedSchema: false,
    logger: false,
  });
  return ajv;
}

/**
 * Checks a call's arguments against its tool's `parameters`.
 *
 * @returns What is wrong, each problem with its path, or undefined; what is wrong with `parameters` if no validator can be
 * made of them. The schema `{ type: 'object' }` costs no validator.
 */
export function checkArguments(tool: Tool, args: Json): string | undefined {
  return prepareArguments(tool)(args);
}

/** Makes a tool's validator ahead of its first call: loading the library would hold up everything else in a live run. */
export function prepareArguments(tool: Tool): Check {
  const known = checks.get(tool);
  if (known !== undefined) return known;
  const check = compileOrRefuse(tool.parameters);
  checks.set(tool, check);
  return check;
}

/** A schema that cannot be used fails every call, and is not compiled again for each. */
function compileOrRefuse(schema: JsonSchema): Check {
  try {
    return compileSchema(schema);
  } catch (error) {
    const { message } = toErrorInfo(error);
    return () => message;
  }
}

/**
 * Compiles a JSON Schema, draft 2020-12; `$schema` is not looked at and `format` is not checked.
 *
 * @throws {TroupeError} `TOOL_ARGUMENTS` if it is not valid.
 */
export function compileSchema(schema: JsonSchema): Check {
  if (isTrivial(schema)) return checkObject;
  let validate: ValidateFunction;
  try {
    const { $schema, ...rest } = schema;
    validate = validator().compile(rest);
    // The library keeps every schema for ever, by its object and by its `$id`, and refuses the same `$id` twice.
    validator().removeSchema(rest);
  } catch (error) {
    throw new TroupeError('TOOL_ARGUMENTS', `Cannot use the parameters as JSON Schema: ${toErrorInfo(error).message}`, {
      cause: error,
    });
  }
  return (args) => checkObject(args) ?? (validate(args) ? undefined : describe(validate.errors ?? []));
}

function isTrivial(schema: JsonSchema): boolean {
  return schema.type === 'object' && Object.keys(schema).length === 1;
}

function checkObject(args: Json): string | undefined {
  const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
  return isObject ? undefined : '/ must be object';
}

function describe(errors: readonly ErrorObject[]): string {
  const lines = errors.slice(0, SHOWN_PROBLEMS).map((error) => {
    const path = (error.instancePath || '/').slice(0, 200);
    return `${path} ${error.message ?? error.keyword}${toDetail(error)}`;
  });
  if (errors.length > lines.length) lines.push(`${errors.length - lines.length} more`);
  return lines.join('; ');
}

/** What the library's message leaves out. */
function toDetail({ keyword, params }: ErrorObject): string {
  if (keyword === 'additionalProperties') return ` ("${String(params.additionalProperty).slice(0, 100)}")`;
  if (keyword === 'enum') return `: ${(params.allowedValues as Json[]).slice(0, 20).map(toJson).join(', ')}`;
  if (keyword === 'const') return ` ${toJson(params.allowedValue as Json)}`;
  return '';
}

function toJson(value: Json): string {
  return JSON.stringify(value).slice(0, 100);
}

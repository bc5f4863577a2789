import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { Json, JsonSchema } from '../protocol.ts';
import { TroupeError, toErrorInfo } from './errors.ts';
import { listProblems } from './list-problems.ts';

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
 * Compiles a JSON Schema, draft 2020-12; `$schema` is not looked at and `format` is not checked.
 *
 * @param what What the schema is, for the error: `the parameters`.
 * @returns Says what is wrong with a value, each problem with its path, or undefined if it fits.
 * @throws {TroupeError} `SCENARIO_INVALID` if it is not valid.
 */
export function compileSchema(schema: JsonSchema, what: string): (value: Json) => string | undefined {
  let validate: ValidateFunction;
  try {
    const { $schema, ...rest } = schema;
    validate = validator().compile(rest);
    // The library keeps every schema for ever, by its object and by its `$id`, and refuses the same `$id` twice.
    validator().removeSchema(rest);
  } catch (error) {
    throw new TroupeError('SCENARIO_INVALID', `Cannot use ${what} as JSON Schema: ${toErrorInfo(error).message}`, {
      cause: error,
    });
  }
  return (value) => (validate(value) ? undefined : describe(validate.errors ?? []));
}

function describe(errors: readonly ErrorObject[]): string {
  return listProblems(
    errors.map((error) => ({
      path: error.instancePath,
      message: `${error.message ?? error.keyword}${toDetail(error)}`,
    })),
  );
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

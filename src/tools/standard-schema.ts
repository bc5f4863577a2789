import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { listProblems } from '../base/list-problems.ts';
import type { JsonObject, JsonSchema } from '../protocol.ts';

/** True: a schema of some library, whatever it is itself; ArkType's are functions. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const props = (value as Partial<StandardSchemaV1>)['~standard'];
  return typeof props === 'object' && props !== null && typeof props.validate === 'function';
}

/**
 * The JSON Schema that a library gives of its own schema's input.
 *
 * @throws {TypeError} If it gives none, or the schema has something that JSON Schema cannot say.
 */
export function toJsonSchema(schema: StandardSchemaV1): JsonSchema {
  const props: Partial<StandardJSONSchemaV1.Props> & StandardSchemaV1.Props = schema['~standard'];
  if (typeof props.jsonSchema?.input !== 'function') {
    throw new TypeError(
      `its parameters are a schema of "${props.vendor}", which gives no JSON Schema for the model; give it as jsonSchema`,
    );
  }
  try {
    const { $schema, ...rest } = props.jsonSchema.input({ target: 'draft-2020-12' });
    return rest as JsonSchema;
  } catch (error) {
    const { message } = toErrorInfo(error);
    throw new TypeError(`its parameters cannot be written as JSON Schema (${message}); give it as jsonSchema`);
  }
}

/**
 * Lets a schema check arguments and make of them what it does.
 *
 * @param then Gets what came of them. What it returns, or throws, is returned or thrown, through a promise if the schema
 * takes its time.
 * @throws {TroupeError} `TOOL_ARGUMENTS` if they do not fit, each problem with its path.
 */
export function parseArguments(
  schema: StandardSchemaV1,
  args: JsonObject,
  then: (parsed: unknown) => unknown,
): unknown {
  const take = (result: StandardSchemaV1.Result<unknown>): unknown => {
    if (!result.issues) return then(result.value);
    const problems = result.issues.map(({ message, path }) => ({ message, path: toPointer(path ?? []) }));
    throw new TroupeError('TOOL_ARGUMENTS', `Cannot call the tool: arguments do not fit: ${listProblems(problems)}`);
  };
  const checked = schema['~standard'].validate(args);
  return 'then' in checked ? checked.then(take) : take(checked);
}

function toPointer(path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): string {
  return path.map((part) => `/${String(typeof part === 'object' ? part.key : part)}`).join('');
}

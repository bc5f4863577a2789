import { toErrorInfo } from '../base/errors.ts';
import { compileSchema } from '../base/json-schema.ts';
import type { Json, JsonSchema } from '../protocol.ts';
import type { Tool } from './tool.ts';

type Check = (args: Json) => string | undefined;

/** By tool, made once. */
const checks = new WeakMap<Tool, Check>();

/**
 * Checks a call's arguments against its tool's `parameters`; of a tool that checks them itself, only that they are an object.
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
  const check = tool.checksArguments === true ? checkObject : compileOrRefuse(tool.parameters);
  checks.set(tool, check);
  return check;
}

/** A schema that cannot be used fails every call, and is not compiled again for each. */
function compileOrRefuse(schema: JsonSchema): Check {
  if (isTrivial(schema)) return checkObject;
  try {
    const check = compileSchema(schema, 'the parameters');
    return (args) => checkObject(args) ?? check(args);
  } catch (error) {
    const { message } = toErrorInfo(error);
    return () => message;
  }
}

function isTrivial(schema: JsonSchema): boolean {
  return schema.type === 'object' && Object.keys(schema).length === 1;
}

function checkObject(args: Json): string | undefined {
  const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
  return isObject ? undefined : '/ must be object';
}

import type { Json, JsonObject } from '../../../protocol.ts';

export type ParsedArgs = { readonly args: JsonObject } | { readonly problem: string };

/** Arguments of a call as somebody has written them. */
export function parseArgs(text: string): ParsedArgs {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return { problem: `This is not JSON: ${(error as Error).message}` };
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { problem: 'Arguments are a JSON object, such as {"to": "…"}' };
  }
  return { args: value as JsonObject };
}

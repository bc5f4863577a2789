import { TroupeError } from '../base/errors.ts';
import type { JsonObject } from '../protocol.ts';

/** Arguments that a person has typed, as JSON. @throws {TroupeError} `USAGE` if they are none. */
export function toArguments(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TroupeError('USAGE', `Cannot read the arguments: they are not JSON (${(error as Error).message})`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new TroupeError('USAGE', 'Cannot read the arguments: expected a JSON object, such as {"amount": 50}');
}

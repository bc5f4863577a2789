import { toErrorInfo } from '../../base/errors.ts';
import type { JsonObject } from '../../protocol.ts';
import { findJsonProblem } from '../find-json-problem.ts';

/** Of the parser's message, which quotes what it could not read. */
const SHOWN_CHARS = 150;
/** Where half of a surrogate pair may be: as itself or as an escape. Cheap, and with false alarms. */
const MAYBE_HALF = /[\ud800-\udfff]|\\u[dD][89a-fA-F]/;
/** In what `JSON.stringify` makes, an escape of this kind is half a pair; an even number of backslashes before it is text. */
const HALF = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** A call's arguments, or why there are none. */
export interface Arguments {
  readonly args: JsonObject;
  readonly malformed?: string;
}

/**
 * Reads what a model wrote as the arguments of a call: JSON text for an object. Nothing at all counts as no arguments.
 *
 * Contract: never throws.
 *
 * @param input From the provider's package, which should have made a text of it.
 * @returns `args` is `{}` if they are malformed.
 */
export function parseArguments(input: unknown): Arguments {
  try {
    const text = typeof input === 'string' ? input : String(JSON.stringify(input));
    return text.trim() === '' ? { args: {} } : parse(text);
  } catch (error) {
    return malformed(`they are not JSON: ${toErrorInfo(error).message.slice(0, SHOWN_CHARS)}`);
  }
}

function parse(text: string): Arguments {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed(`they must be a JSON object, not ${describe(value)}`);
  }
  const problem = findJsonProblem(value);
  if (problem !== undefined) return malformed(`the object ${problem}`);
  // Providers refuse a conversation in which it is repeated, and what is done with it would be done with another text.
  if (MAYBE_HALF.test(text) && HALF.test(JSON.stringify(value))) {
    return malformed('a text in them has half of a surrogate pair, which is no character');
  }
  return { args: value as JsonObject };
}

function malformed(problem: string): Arguments {
  return { args: {}, malformed: `Cannot read the arguments: ${problem}` };
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'a text' : String(value);
}

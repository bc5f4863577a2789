import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { TOOL_RESULT_MAX_BYTES } from '../base/limits.ts';
import type { Json } from '../protocol.ts';

/** Deeper than any real result; what reads results recursively overflows its stack in the thousands. */
const CONTENT_MAX_DEPTH = 256;
/** Of one UTF-16 unit in JSON: `\u0000`. */
const UNIT_MAX_BYTES = 6;
/** Of a number in JSON, such as -1.2345678901234567e-300, or of `false` or `null`. */
const SCALAR_MAX_BYTES = 24;

/** What a tool returned, as it is kept. */
export interface Content {
  readonly content: Json;
  /** True: it was over `TOOL_RESULT_MAX_BYTES`, and `content` is its beginning as text with a marker at the end. */
  readonly truncated: boolean;
}

/** Values that are known to be JSON, within the limit and frozen: shared by ten thousand agents, checked once. */
const trusted = new WeakSet<object>();

/** A copy under way. Bounds instead of sizes: most results are far below the limit, and need not be written as JSON. */
class Copy {
  /** Bytes it has at least as JSON. */
  least = 0;
  /** Bytes it has at most. */
  most = 0;
  /** True: stop, it is too large or there is a problem. */
  ended = false;
  problem: string | undefined;
  /** Keys to the problem, innermost first. */
  readonly path: (string | number)[] = [];

  count(least: number, most: number): void {
    this.least += least;
    this.most += most;
    if (this.least > TOOL_RESULT_MAX_BYTES) this.ended = true;
  }

  fail(problem: string): null {
    this.problem = problem;
    this.ended = true;
    return null;
  }
}

/**
 * Turns what a tool returned into JSON of bounded size.
 *
 * As `JSON.stringify` would: `toJSON` is called, `undefined`, NaN and the infinities are null (`undefined` in an object is
 * left out). Unlike it: what would be lost in silence, such as a function or a Map, is an error. The copy shares
 * nothing with the original, so the tool cannot change it later; it stops at the limit, however large the original is.
 *
 * @throws {TroupeError} `TOOL_RESULT` for a function, symbol, BigInt, binary data, Map, Set, a circle, more than 256
 * levels, or a value that throws when it is read.
 */
export function toContent(value: unknown): Content {
  if (typeof value === 'object' && value !== null && trusted.has(value)) {
    return { content: value as Json, truncated: false };
  }
  const copy = new Copy();
  let content: Json;
  try {
    content = copyValue(value, 0, copy);
  } catch (error) {
    throw new TroupeError('TOOL_RESULT', `Cannot read the result: ${toErrorInfo(error).message}`, { cause: error });
  }
  if (copy.problem !== undefined) {
    const path = copy.path.reverse().map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
    const place = path.length === 0 ? 'it' : `result${path.slice(0, 8).join('').slice(0, 200)}`;
    throw new TroupeError('TOOL_RESULT', `Cannot write the result as JSON: ${place} is ${copy.problem}`);
  }
  if (copy.most <= TOOL_RESULT_MAX_BYTES) return { content, truncated: false };
  return limit(value, content, copy.ended);
}

/** Marks a constant result as good once and for all, and freezes it. */
export function trustContent(value: Json): Json {
  const { content, truncated } = toContent(value);
  if (truncated || content === null || typeof content !== 'object') return value;
  freeze(content);
  trusted.add(content);
  return content;
}

/**
 * The beginning of a text that is at most `maxBytes` as JSON, quotes included; never half a character.
 *
 * The piece is a string of its own and does not keep the whole text in memory.
 */
export function cutText(text: string, maxBytes: number): string {
  let bytes = 2;
  let end = 0;
  while (end < text.length) {
    const code = text.codePointAt(end) ?? 0;
    bytes += jsonBytes(code);
    if (bytes > maxBytes) break;
    end += code > 0xffff ? 2 : 1;
  }
  return end === text.length ? text : Buffer.from(text.slice(0, end), 'utf16le').toString('utf16le');
}

/** The exact size is worth knowing only near the limit. */
function limit(value: unknown, content: Json, ended: boolean): Content {
  const json = JSON.stringify(content);
  const bytes = Buffer.byteLength(json);
  if (!ended && bytes <= TOOL_RESULT_MAX_BYTES) return { content, truncated: false };
  const isText = typeof value === 'string';
  const size = !ended ? bytes : isText ? Buffer.byteLength(value) : `more than ${TOOL_RESULT_MAX_BYTES}`;
  const marker = `… [truncated: ${size} bytes, limit ${TOOL_RESULT_MAX_BYTES}]`;
  const text = cutText(isText ? value : json, TOOL_RESULT_MAX_BYTES - Buffer.byteLength(marker));
  return { content: text + marker, truncated: true };
}

function copyValue(value: unknown, depth: number, copy: Copy): Json {
  switch (typeof value) {
    case 'string':
      copy.count(value.length + 2, value.length * UNIT_MAX_BYTES + 2);
      // Past the limit only the beginning is wanted, however long the rest is.
      return copy.ended ? value.slice(0, TOOL_RESULT_MAX_BYTES + 1) : value;
    case 'number':
      copy.count(1, SCALAR_MAX_BYTES);
      // JSON has neither NaN nor -0.
      return Number.isFinite(value) ? value + 0 : null;
    case 'boolean':
      copy.count(4, SCALAR_MAX_BYTES);
      return value;
    case 'undefined':
      copy.count(4, SCALAR_MAX_BYTES);
      return null;
    case 'object':
      if (value !== null) return copyObject(value, depth, copy);
      copy.count(4, SCALAR_MAX_BYTES);
      return null;
    default:
      return copy.fail(typeof value === 'bigint' ? 'a BigInt' : `a ${typeof value}`);
  }
}

function copyObject(value: object, depth: number, copy: Copy): Json {
  if (depth === CONTENT_MAX_DEPTH) return copy.fail('in a circle or deeper than 256 levels');
  copy.count(2, 2);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function' && !ArrayBuffer.isView(value)) {
    const json: unknown = toJSON.call(value, '');
    return typeof json === 'object' && json !== null
      ? copyEntries(json, depth + 1, copy)
      : copyValue(json, depth + 1, copy);
  }
  return copyEntries(value, depth, copy);
}

function copyEntries(value: object, depth: number, copy: Copy): Json {
  if (Array.isArray(value)) return copyItems(value, depth, copy);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const kind = nameOfUnwritable(value);
    if (kind !== undefined) return copy.fail(kind);
  }
  const result: { [key: string]: Json } = {};
  for (const key of Object.keys(value)) {
    const item: unknown = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    copy.count(key.length + 3, key.length * UNIT_MAX_BYTES + 4);
    const copied = copyValue(item, depth + 1, copy);
    // Assigned, this key would set the prototype.
    if (key === '__proto__') Object.defineProperty(result, key, { value: copied, ...PLAIN });
    else result[copy.ended ? key.slice(0, TOOL_RESULT_MAX_BYTES + 1) : key] = copied;
    if (!copy.ended) continue;
    if (copy.problem !== undefined) copy.path.push(key);
    break;
  }
  return result;
}

const PLAIN = { enumerable: true, writable: true, configurable: true };

function copyItems(value: readonly unknown[], depth: number, copy: Copy): Json {
  const result: Json[] = [];
  for (let index = 0; index < value.length; index++) {
    copy.count(index === 0 ? 0 : 1, 1);
    result.push(copyValue(value[index], depth + 1, copy));
    if (!copy.ended) continue;
    if (copy.problem !== undefined) copy.path.push(index);
    break;
  }
  return result;
}

/** Objects whose content JSON would drop in silence, or blow up. */
function nameOfUnwritable(value: object): string | undefined {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'binary data; return text, or base64';
  if (value instanceof Map) return 'a Map; return an object';
  if (value instanceof Set) return 'a Set; return an array';
  return undefined;
}

function jsonBytes(code: number): number {
  if (code < 0x20) return code === 8 || code === 9 || code === 10 || code === 12 || code === 13 ? 2 : UNIT_MAX_BYTES;
  if (code < 0x80) return code === 0x22 || code === 0x5c ? 2 : 1;
  if (code < 0x800) return 2;
  if (code >= 0xd800 && code <= 0xdfff) return UNIT_MAX_BYTES;
  return code > 0xffff ? 4 : 3;
}

function freeze(value: Json): void {
  if (value === null || typeof value !== 'object') return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}

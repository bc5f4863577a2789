import { SCENARIO_MAX_DEPTH, SOURCE_LINE_MAX_BYTES } from '../base/limits.ts';
import type { Json, JsonObject } from '../protocol.ts';
import type { Line } from './line-splitter.ts';
import type { Outlet } from './outlet.ts';

/**
 * Offers a line; one that is a JSON object has its own keys in the data, before those of the source. Blank ones are passed
 * over. That a line was cut is told.
 *
 * @param from What the line comes from, for the data and for messages.
 */
export async function giveLine(
  outlet: Outlet,
  line: Line,
  from: { readonly id?: string; readonly file?: string },
  toPosition?: () => JsonObject,
): Promise<void> {
  const { text, isCut } = line;
  if (text.trim() === '') return;
  const { id, file } = from;
  if (isCut) {
    const place = file === undefined ? 'from standard input' : `of "${file}"`;
    outlet.warn(
      `Cannot read the whole of line "${text.slice(0, 40)}…" ${place}: it has ${line.bytes} bytes; the first ${SOURCE_LINE_MAX_BYTES} are taken`,
    );
  }
  const data = { line: text, ...(file !== undefined && { file }), n: outlet.next, ...toRow(text) };
  await outlet.give({ text, data, ...(id !== undefined && { id }) }, toPosition);
}

/** A line as an object; undefined if it is none, or one that is nested too deep to be kept. */
function toRow(line: string): JsonObject | undefined {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    const value = JSON.parse(line) as Json;
    return isKeepable(value, 0) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function isKeepable(value: Json, depth: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (depth > SCENARIO_MAX_DEPTH || Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((item) => isKeepable(item, depth + 1));
}

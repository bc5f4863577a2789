import { createRedactor, type Redact } from '../base/redact.ts';
import type { Json } from '../protocol.ts';

/** How much of a value is shown. */
export interface Shown {
  /** Characters of a text. */
  readonly chars: number;
  /** Entries of a list. */
  readonly entries: number;
}

const DEPTH_MAX = 10;

/** A value with its long texts and lists cut; what was cut says how much is missing. */
export function shorten(value: Json, shown: Shown, depth = 0): Json {
  if (typeof value === 'string') return cut(value, shown.chars);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '…';
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shorten(entry, shown, depth + 1)]));
  }
  const kept = value.slice(0, shown.entries).map((entry) => shorten(entry, shown, depth + 1));
  return value.length > shown.entries ? [...kept, `… ${value.length - shown.entries} more`] : kept;
}

let redact: Redact | undefined;

function cut(whole: string, chars: number): string {
  if (whole.length <= chars) return whole;
  // Before it is cut: the beginning of a secret would not be known as one.
  redact ??= createRedactor();
  const text = redact(whole);
  return `${text.slice(0, chars)}… (${text.length - chars} more characters)`;
}

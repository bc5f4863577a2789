/*
 * W3C Trace Context, level 1: a `traceparent` is `VERSION-TRACE-SPAN-FLAGS` in lowercase hexadecimal digits, of which a
 * trace has 32, a span 16, and the other two 2. Ids are hashes of what they stand for, so a rehearsal has the same ones.
 */

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const HEX = Buffer.from('0123456789abcdef');
/** Where the trace and the span begin in a traceparent, and where the span ends. */
const TRACE_AT = 3;
const SPAN_AT = 36;
const SPAN_END = 52;
/** Digits that stand for 64 bits. */
const DIGITS = 16;
/** Where one is put together: in pieces, as strings, it would take five times as long and the memory of all the pieces. */
const made = Buffer.from(`00-${'0'.repeat(2 * DIGITS)}-${'0'.repeat(DIGITS)}-01`);
const SAMPLED = Buffer.from('-01');

/**
 * The `traceparent` of a message that begins a chain: sampled, and never without a trace or a span.
 *
 * @param run The run's id; the same message of two runs is in two traces.
 * @param id The message's.
 */
export function beginTrace(run: string, id: string): string {
  const text = `${run}\n${id}`;
  putSpan(TRACE_AT, text, 0x243f6a88);
  putSpan(TRACE_AT + DIGITS, text, 0x13198a2e);
  putSpan(SPAN_AT, text, 0x03707344);
  made.set(SAMPLED, SPAN_END);
  return made.toString('latin1');
}

/**
 * The `traceparent` of a message that goes on with a chain: the same trace and flags, another span.
 *
 * @param parent A valid one: from here, or from `parseTraceparent`.
 * @param id The message's.
 */
export function continueTrace(parent: string, id: string): string {
  let seed = 0;
  for (let at = SPAN_AT; at < SPAN_END; at++) seed = Math.imul(seed ^ parent.charCodeAt(at), 0x01000193);
  for (let at = 0; at < made.length; at++) made[at] = parent.charCodeAt(at);
  putSpan(SPAN_AT, id, seed);
  return made.toString('latin1');
}

/**
 * @param text A `traceparent` from outside.
 * @returns It, as version 00 and with no flag but `sampled`; undefined if it is not valid: another shape, uppercase digits,
 * version ff, or an id of zeros only. What a later version adds at its end is left out.
 */
export function parseTraceparent(text: string): string | undefined {
  const [, version, trace, span, flags, more] = TRACEPARENT.exec(text) ?? [];
  if (trace === undefined || span === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(trace) || /^0+$/.test(span)) return undefined;
  return `00-${trace}-${span}-0${Number.parseInt(flags, 16) & 1}`;
}

/** 64 bits of a text as hexadecimal digits, never all zero: two lanes of FNV-1a, mixed into each other at the end. */
function putSpan(place: number, text: string, seed: number): void {
  let one = seed ^ 0x811c9dc5;
  let two = seed ^ 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b);
  }
  one = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(two ^ (two >>> 13), 0xc2b2ae35);
  two = Math.imul(two ^ (two >>> 16), 0x85ebca6b) ^ Math.imul(one ^ (one >>> 13), 0xc2b2ae35);
  if (one === 0 && two === 0) two = 1;
  putHalf(place, one);
  putHalf(place + DIGITS / 2, two);
}

function putHalf(place: number, bits: number): void {
  let rest = bits;
  for (let at = place + DIGITS / 2 - 1; at >= place; at--) {
    made[at] = HEX[rest & 15] as number;
    rest >>>= 4;
  }
}

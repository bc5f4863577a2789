import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { ITEM_ID_MAX_CHARS } from '../../base/limits.ts';
import { OBSERVE_MAX_DEPTH } from '../../base/monitor-limits.ts';
import { parseTraceparent } from '../../messaging/trace-context.ts';
import type { JsonObject } from '../../protocol.ts';
import type { PushedItem } from '../../sources/source.ts';

/** Whom and what something is called: longer ones are no names. */
const name = z.string().min(1).max(200);
/** A part of an address, and no other message's id: those that are sent again end in `~` and a number. */
const id = z
  .string()
  .max(ITEM_ID_MAX_CHARS)
  .regex(/^(?!\.{1,2}$)[!-}]+$/, { error: 'expected visible ASCII characters without "~"' });
const data = z.custom<JsonObject>().superRefine((value, context) => {
  const problem = findProblem(value);
  if (problem !== undefined) context.addIssue({ code: 'custom', ...problem });
});

/** An item as JSON: the body of a request, and `item` in a message on `/ws`. */
export const itemShape = z.strictObject({
  text: z.string().optional(),
  data: data.optional(),
  user: name.optional(),
  session: name.optional(),
  id: id.optional(),
});

export type ReadItem =
  | { readonly ok: true; readonly item: PushedItem }
  | { readonly ok: false; readonly status: 400 | 415; readonly problem: string };

/**
 * Reads an item from a request: JSON, or text as `text/plain`. What says nothing of its type, or what curl says by default, is
 * taken for JSON. `Idempotency-Key` is its id, `traceparent` its trace unless that is not valid.
 */
export function readItem(body: Buffer, headers: IncomingHttpHeaders): ReadItem {
  const kind = toKind(headers['content-type']);
  if (kind === undefined || !/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    return refuse('expected application/json or text/plain, in UTF-8 and not compressed', 415);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return refuse('it is not UTF-8');
  }
  const parsed = kind === 'text' ? { ok: true as const, item: { text } } : readJson(text);
  if (!parsed.ok) return parsed;
  return withHeaders(parsed.item, headers);
}

function withHeaders(item: PushedItem, headers: IncomingHttpHeaders): ReadItem {
  const given = headers['idempotency-key'];
  const key = given === undefined ? undefined : String(given).replace(/^"(.*)"$/, '$1');
  if (key !== undefined && !id.safeParse(key).success) {
    return refuse(`Idempotency-Key: expected 1 to ${ITEM_ID_MAX_CHARS} visible ASCII characters without "~"`);
  }
  if (key !== undefined && item.id !== undefined && item.id !== key) {
    return refuse('id: is not the same as the header Idempotency-Key');
  }
  const trace = parseTraceparent(String(headers.traceparent ?? ''));
  return { ok: true, item: { ...item, ...(key !== undefined && { id: key }), ...(trace !== undefined && { trace }) } };
}

function readJson(text: string): ReadItem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`it is not JSON (${(error as Error).message})`);
  }
  const result = itemShape.safeParse(value);
  if (result.success) return { ok: true, item: result.data as PushedItem };
  const issues = result.error.issues.slice(0, 5);
  return refuse(issues.map(({ path, message }) => `${path.join('.') || 'item'}: ${message}`).join('; '));
}

function refuse(why: string, status: 400 | 415 = 400): ReadItem {
  return { ok: false, status, problem: `Cannot read the item: ${why}` };
}

/** Undefined: something else. */
function toKind(type = 'application/json'): 'json' | 'text' | undefined {
  const [name = '', ...parameters] = type.toLowerCase().split(';');
  if (parameters.some((one) => /^\s*charset\s*=\s*(?!"?utf-?8"?\s*$)/.test(one))) return undefined;
  if (name.trim() === 'text/plain') return 'text';
  return /^application\/(json|x-www-form-urlencoded|[\w.-]+\+json)$/.test(name.trim()) ? 'json' : undefined;
}

interface Problem {
  readonly message: string;
  readonly path: string[];
}

/** What may not be in data: anything but an object, what is too deep, and the one name that is no plain member. */
function findProblem(value: unknown): Problem | undefined {
  if (isObject(value) && !Array.isArray(value)) return findBelow(value, []);
  return { message: 'expected an object', path: [] };
}

function findBelow(value: object, path: string[]): Problem | undefined {
  if (path.length >= OBSERVE_MAX_DEPTH) return { message: `over ${OBSERVE_MAX_DEPTH} values in each other`, path };
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, key];
    if (key === '__proto__') return { message: 'expected another name', path: at };
    const problem = isObject(member) ? findBelow(member, at) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

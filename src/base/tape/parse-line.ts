import { z } from 'zod';
import { MAIL_ACTS } from '../mail-tools.ts';
import type { RequestPart, TapedModelCall, TapedToolCall, TapeHeader } from '../tape.ts';

/** Of the format. Another number means another one. */
export const TAPE_VERSION = 2;

/** What a line of a tape says. */
export type TapeLine =
  | ({ readonly tape: number } & TapeHeader)
  /** The request is the first `same` parts of the one before of that agent, and then `new` ones. */
  | (Omit<TapedModelCall, 'request' | 'outcome'> & {
      readonly same: number;
      readonly new: readonly RequestPart[];
    } & TapedModelCall['outcome'])
  | TapedToolCall;

const count = z.number().int().min(0);
const ms = z.number().min(0);
const object = z.record(z.string(), z.unknown());
const error = z.looseObject({ code: z.string(), message: z.string() });
const at = ms;

const header = z.looseObject({
  tape: z.literal(TAPE_VERSION),
  scenario: z.string(),
  seed: z.number(),
  tools: z.record(
    z.string(),
    z.looseObject({
      description: z.string(),
      parameters: object,
      effects: z.enum(['none', 'idempotent', 'once']),
      timeoutMs: ms.nullable(),
    }),
  ),
  sets: z.record(z.string(), z.array(z.string())),
});

const decision = z.looseObject({
  reply: z.string().optional(),
  toolCalls: z.array(
    z.looseObject({ id: z.string(), name: z.string(), args: object, malformed: z.string().optional() }),
  ),
  final: z.boolean(),
  usage: z.looseObject({ inputTokens: ms, outputTokens: ms }),
  serviceMs: ms,
  flaw: z.string().optional(),
});

const place = { agent: z.string(), call: z.string(), ms, cutShort: z.literal(true).optional() };

const model = z
  .looseObject({
    ...place,
    model: z.string(),
    same: count,
    new: z.array(z.looseObject({ as: z.string(), digests: z.array(z.string()).min(1), head: z.string() })),
    decision: decision.optional(),
    error: error.optional(),
  })
  .refine((line) => (line.decision === undefined) !== (line.error === undefined), 'has no outcome');

const tool = z.looseObject({
  ...place,
  tool: z.string(),
  args: object,
  result: z.looseObject({
    isError: z.boolean(),
    content: z.unknown(),
    serviceMs: ms,
    truncated: z.boolean().optional(),
  }),
  acts: z
    .array(
      z.union([
        z.looseObject({
          at,
          mail: z.enum(MAIL_ACTS),
          with: z.array(z.unknown()),
        }),
        z.looseObject({ at, remember: z.looseObject({ key: z.string(), text: z.string(), shared: z.boolean() }) }),
        z.looseObject({ at, log: z.string() }),
        z.looseObject({ at, tell: z.looseObject({ type: z.string() }) }),
      ]),
    )
    .optional(),
});

/**
 * Reads one line.
 *
 * @param isFirst Of the tape: it has to be the header.
 * @returns The line as it was written, checked.
 * @throws {Error} With the state as its message.
 */
export function parseLine(text: string, isFirst: boolean): TapeLine {
  const value = parseJson(text);
  if (isFirst && typeof value.tape !== 'number') throw new Error('it is no tape, which begins with what run it is of');
  if (isFirst && value.tape !== TAPE_VERSION) {
    throw new Error(`it is of version ${value.tape}, and this troupe knows version ${TAPE_VERSION} alone`);
  }
  if (!isFirst && 'tape' in value) throw new Error('it is a second beginning; a tape holds one run');
  const schema = isFirst ? header : 'model' in value ? model : tool;
  const checked = schema.safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const path = issue?.path.join('.') ?? '';
    throw new Error(`${path === '' ? 'it' : path}: ${issue?.message ?? 'it is not of its kind'}`);
  }
  // Not what the library makes of it: a replay gives back what was recorded, member by member.
  return value as unknown as TapeLine;
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('it is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no object');
  return value as Record<string, unknown>;
}

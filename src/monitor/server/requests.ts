import { z } from 'zod';
import { APPROVALS_AT_ONCE } from '../../base/limits.ts';
import { INBOX_TOLD, SEQUENCE_AGENTS_MAX } from '../../base/monitor-limits.ts';
import type { Json, MonitorCommand } from '../../protocol.ts';
import { EVENT_TYPES } from '../history/rows.ts';
import type { ClientMessage } from '../messages.ts';
import { AGENT_STATES } from '../states.ts';
import { itemShape } from './observe-item.ts';

/** A name in a message: longer ones cannot be any of ours. */
const name = z.string().min(1).max(200);
const names = z.array(name).max(1_000);
const at = z.number().min(0).optional();
const id = z.union([z.string().max(200), z.number()]).optional();

const topics = [
  { topic: z.literal('fleet'), groups: names.optional(), states: z.array(z.enum(AGENT_STATES)).optional() },
  { topic: z.literal('agent'), agent: name, limit: z.int().min(0).max(5_000).optional() },
  {
    topic: z.literal('log'),
    groups: names.optional(),
    agents: names.optional(),
    types: z.array(z.enum(EVENT_TYPES)).optional(),
    failures: z.boolean().optional(),
    limit: z.int().min(0).max(1_000).optional(),
  },
  { topic: z.literal('charts') },
  { topic: z.literal('limits') },
  { topic: z.literal('messages'), group: name.optional() },
  { topic: z.literal('sequence'), agents: z.array(name).min(1).max(SEQUENCE_AGENTS_MAX) },
  { topic: z.literal('inbox'), agent: name.optional(), limit: z.number().int().min(0).max(INBOX_TOLD).optional() },
] as const;
const topicNames = z.enum(['fleet', 'agent', 'log', 'charts', 'limits', 'messages', 'sequence', 'inbox']);

const text = z.string().min(1).max(32_768);
const answers = {
  type: z.literal('approvals.answer'),
  answer: z.enum(['approve', 'reject']),
  reason: text.optional(),
  by: name.optional(),
};
const waiting = z
  .array(z.strictObject({ agent: name, callId: name }))
  .min(1)
  .max(APPROVALS_AT_ONCE);
/** Told apart by which of the two it has. */
const approvals = z
  .strictObject({ ...answers, calls: waiting.optional(), tool: name.optional() })
  .refine(({ calls, tool }) => (calls === undefined) !== (tool === undefined), {
    error: 'expected either calls or tool',
  });
const command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('agent.send'), agent: name, text }),
  z.strictObject({ type: z.enum(['agent.pause', 'agent.resume', 'agent.stop']), agent: name }),
  z.strictObject({ type: z.literal('group.send'), group: name, text }),
  z.strictObject({ type: z.enum(['group.pause', 'group.resume', 'group.stop']), group: name }),
  z.strictObject({ type: z.literal('run.send'), text }),
  z.strictObject({ type: z.enum(['run.pause', 'run.resume']) }),
  z.strictObject({ type: z.literal('message.resend'), id: z.string().min(1).max(500) }),
  z.strictObject({ type: z.literal('messages.resend') }),
  z.strictObject({
    type: z.literal('approval.answer'),
    agent: name,
    callId: name,
    answer: z.enum(['approve', 'reject', 'edit']),
    reason: text.optional(),
    args: z.record(z.string(), z.custom<Json>()).optional(),
    text: text.optional(),
    by: name.optional(),
  }),
  approvals,
  z.strictObject({ type: z.literal('run.drain'), reason: z.string().max(1_000).default('asked for on the monitor') }),
]) satisfies z.ZodType<MonitorCommand>;

const shapes = {
  subscribe: z.discriminatedUnion(
    'topic',
    topics.map((topic) => z.strictObject({ type: z.literal('subscribe'), id, ...topic })) as never,
  ),
  get: z.discriminatedUnion(
    'topic',
    topics.map((topic) => z.strictObject({ type: z.literal('get'), id, at, ...topic })) as never,
  ),
  unsubscribe: z.strictObject({ type: z.literal('unsubscribe'), id, topic: topicNames, agent: name.optional() }),
  command: z.strictObject({ type: z.literal('command'), id, command }),
  observe: z.strictObject({ type: z.literal('observe'), id, source: name, item: itemShape }),
};

/** What a client's text turned out to be. */
export type ParsedRequest =
  | { readonly ok: true; readonly message: ClientMessage }
  | { readonly ok: false; readonly id?: string | number; readonly problem: string };

/** Reads one message of a client. Contract: never throws, whatever the text. */
export function parseRequest(data: string): ParsedRequest {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (error) {
    return { ok: false, problem: `Cannot read the message: it is not JSON (${(error as Error).message})` };
  }
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) {
    const problem = `Cannot read the message: "type" must be one of ${Object.keys(shapes).join(', ')}`;
    return { ok: false, ...toId(value), problem };
  }
  const result = shapes[type as keyof typeof shapes].safeParse(value);
  if (result.success) return { ok: true, message: result.data as ClientMessage };
  const problem = result.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'message'}: ${message}`)
    .join('; ');
  return { ok: false, ...toId(value), problem: `Cannot read the message of type "${type}": ${problem}` };
}

function toId(value: unknown): { id?: string | number } {
  const { id: given } = (value ?? {}) as { id?: unknown };
  return (typeof given === 'string' && given.length <= 200) || typeof given === 'number' ? { id: given } : {};
}

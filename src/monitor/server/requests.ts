import { z } from 'zod';
import type { MonitorCommand } from '../../protocol.ts';
import { EVENT_TYPES } from '../history/rows.ts';
import type { ClientMessage } from '../messages.ts';
import { AGENT_STATES } from '../states.ts';

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
] as const;
const topicNames = z.enum(['fleet', 'agent', 'log', 'charts', 'limits']);

const text = z.string().min(1).max(32_768);
const command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('agent.send'), agent: name, text }),
  z.strictObject({ type: z.enum(['agent.pause', 'agent.resume', 'agent.stop']), agent: name }),
  z.strictObject({ type: z.literal('group.send'), group: name, text }),
  z.strictObject({ type: z.enum(['group.pause', 'group.resume', 'group.stop']), group: name }),
  z.strictObject({ type: z.literal('run.send'), text }),
  z.strictObject({ type: z.enum(['run.pause', 'run.resume']) }),
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

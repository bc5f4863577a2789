import { TroupeError } from '../../base/errors.ts';
import type { Json, JsonObject, JsonSchema, MailToolName, MailToolSpec } from '../../protocol.ts';
import type { Tool, ToolContext } from '../tool.ts';

interface MailTool {
  readonly description: string;
  /** Its arguments, by name, all of them texts; those that begin with `?` may be left out. */
  readonly args: Readonly<Record<string, string>>;
  /** The argument that says whom or what it is about, for `to` of its declaration to be held against. */
  readonly about?: string;
  act(args: Readonly<Record<string, string>>, context: ToolContext, spec: MailToolSpec): Promise<Json>;
}

/** Of a text between agents: what a model reads at once. */
const TEXT_MAX_CHARS = 100_000;
const ADDRESS_MAX_CHARS = 500;

const TOOLS: Readonly<Record<MailToolName, MailTool>> = {
  send: {
    description:
      'Sends a message to another agent, by its address such as "analyst/3", and does not wait for an answer.',
    args: { to: "The other agent's address.", body: 'The message.' },
    about: 'to',
    async act({ to = '', body = '' }, { mail }) {
      await mail.send(to, body);
      return { sent: true };
    },
  },
  ask: {
    description: 'Asks another agent, by its address such as "analyst/3", and gives its answer.',
    args: { to: "The other agent's address.", body: 'The question.' },
    about: 'to',
    async act({ to = '', body = '' }, { mail }) {
      const { from, text } = await mail.ask(to, body);
      return { from, answer: text };
    },
  },
  publish: {
    description: 'Sends a message to all agents that have subscribed to a topic.',
    args: { topic: 'The topic.', body: 'The message.' },
    about: 'topic',
    act: async ({ topic = '', body = '' }, { mail }) => ({ topic, receivers: await mail.publish(topic, body) }),
  },
  subscribe: {
    description: 'From now on messages on a topic come to you.',
    args: { topic: 'The topic.' },
    about: 'topic',
    async act({ topic = '' }, { mail }) {
      await mail.subscribe(topic);
      return { topic, subscribed: true };
    },
  },
  unsubscribe: {
    description: 'Messages on a topic come to you no more.',
    args: { topic: 'The topic.' },
    about: 'topic',
    async act({ topic = '' }, { mail }) {
      await mail.unsubscribe(topic);
      return { topic, subscribed: false };
    },
  },
  delegate: {
    description: 'Gives a task to another agent.',
    args: { task: 'The task, with all that is needed for it.' },
    async act({ task = '' }, { mail }, { to: [group = ''] = [], policy, best, wait }) {
      const given = { ...(policy && { policy }), ...(best && { best }), ...(wait !== undefined && { wait }) };
      const { to, text } = await mail.delegate(group, task, given);
      return text === undefined ? { to, given: true } : { to, answer: text };
    },
  },
  handoff: {
    description:
      'Hands this conversation over to another agent, which answers instead of you. It ends your part in it.',
    args: { to: "The other agent's address.", '?note': 'What it has to know besides what was said.' },
    about: 'to',
    act: async ({ to = '', note = '' }, { mail }) => ({ handed_to: await mail.handOff(to, note) }),
  },
  spawn: {
    description: 'Starts another agent, which works on a task.',
    args: { task: 'The task, with all that is needed for it.' },
    async act({ task = '' }, { mail }, { to: [group = ''] = [], wait = false }) {
      const { agent, text } = await mail.spawn(group, task, { wait });
      return text === undefined ? { agent, started: true } : { agent, answer: text };
    },
  },
  finish: {
    description: 'Ends your work for good: nothing more comes to you.',
    args: { '?reply': 'Your last answer.' },
    async act({ reply }, context) {
      context.ends = { what: 'agent', ...(reply !== undefined && { reply }) };
      return { finished: true };
    },
  },
};

/**
 * A tool by which an agent speaks to others, or ends its own part: `send`, `ask`, `publish`, `subscribe`, `unsubscribe`,
 * `delegate`, `handoff`, `spawn`, `finish`.
 *
 * Calls fail with `AGENT_UNKNOWN`, `MAILBOX_FULL`, `ASK_FAILED`, `DEADLOCK`, `LIVELOCK`, and with `TOOL_ARGUMENTS` for whom
 * `to` does not allow.
 */
export function createMailTool(name: string, spec: MailToolSpec): Tool {
  const { description, args, about, act } = TOOLS[spec.builtin];
  return {
    name,
    description: spec.description ?? description,
    parameters: toParameters(args),
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'idempotent',
    external: false,
    internal: true,
    async execute(given, context) {
      if (about !== undefined) assertAllowed(name, String(given[about]), spec.to);
      return act(given as Record<string, string>, context, spec);
    },
  };
}

function toParameters(args: Readonly<Record<string, string>>): JsonSchema {
  const properties: JsonObject = {};
  const required: string[] = [];
  for (const [key, description] of Object.entries(args)) {
    const isOptional = key.startsWith('?');
    const name = isOptional ? key.slice(1) : key;
    const isAddress = name === 'to' || name === 'topic';
    const bounds = isAddress ? { minLength: 1, maxLength: ADDRESS_MAX_CHARS } : { maxLength: TEXT_MAX_CHARS };
    properties[name] = { type: 'string', description, ...bounds };
    if (!isOptional) required.push(name);
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

function assertAllowed(tool: string, about: string, allowed: readonly string[] | undefined): void {
  if (allowed === undefined || allowed.includes(about) || allowed.includes(about.split('/')[0] ?? '')) return;
  throw new TroupeError(
    'TOOL_ARGUMENTS',
    `Cannot use tool "${tool}" for "${about.slice(0, 200)}": it is for ${allowed.join(', ')} alone`,
  );
}

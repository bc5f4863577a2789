import type { BuiltinToolSpec } from '../../protocol.ts';
import { trustContent } from '../content.ts';
import type { Tool } from '../tool.ts';

/** Sends a message to another agent's mailbox: `{ sent: true }`, or `AGENT_UNKNOWN`, `MAILBOX_FULL`. */
export function createSend(name: string, spec: BuiltinToolSpec): Tool {
  const sent = trustContent({ sent: true });
  return {
    name,
    description: spec.description ?? 'Sends a message to another agent, by its address such as "analyst/3".',
    parameters: {
      type: 'object',
      properties: {
        to: { type: 'string', description: "The other agent's address.", minLength: 1, maxLength: 500 },
        body: { type: 'string', description: 'The message.' },
      },
      required: ['to', 'body'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'idempotent',
    external: false,
    execute(args, context) {
      context.sendMessage(String(args.to), String(args.body));
      return sent;
    },
  };
}

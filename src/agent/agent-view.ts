import type { AnyMachineSnapshot } from 'xstate';
import type { AgentView, Json, JsonObject } from '../protocol.ts';
import type { AgentContext } from './context.ts';

/**
 * An agent's state machine as plain data: what it shows of itself to whoever watches.
 *
 * The transcript is left out: it has no bound, and memory has it.
 */
export function toAgentView(sessionId: string, snapshot: AnyMachineSnapshot, agent: string): AgentView {
  const { status, value } = snapshot;
  const context = snapshot.context as AgentContext | undefined;
  return { agent, sessionId, status, value: String(value), context: context === undefined ? {} : toData(context) };
}

function toData(context: AgentContext): JsonObject {
  const { spec, work, cut, awake, ...plain } = context;
  const mailbox = work.mailbox?.size ?? 0;
  const results = plain.results.map((result) => result ?? null);
  // What is undefined is left out, and what remains is plain data by its type.
  return JSON.parse(JSON.stringify({ group: spec.group.name, ...plain, results, mailbox })) as { [key: string]: Json };
}

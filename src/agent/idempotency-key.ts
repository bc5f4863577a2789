import { createHash } from 'node:crypto';
import { toCanonicalJson } from '../base/canonical-json.ts';
import type { ToolCall } from '../protocol.ts';

/** Characters of a key: 132 bits of a SHA-256. */
const KEY_CHARS = 22;

/** A call in the life of its agent. */
export interface CallPlace {
  readonly run: string;
  readonly agent: string;
  /** Number of the observation it is made for, over the agent's life. */
  readonly observation: number;
  /** Calls of the observation so far, with this one. */
  readonly calls: readonly ToolCall[];
  /** Its place among them. */
  readonly position: number;
}

/**
 * The key under which a call has its effect once: the same whenever this call is made again, after a crash or a restart,
 * and another one when the agent decides to make an equal call a second time.
 *
 * Derived from what the action is: run, agent, observation, tool, arguments (whatever the order of their members), and
 * how often the same was called for in this observation. Not from the turn or the call's id, which a model asked again
 * could change.
 */
export function toIdempotencyKey({ run, agent, observation, calls, position }: CallPlace): string {
  const action = toAction(calls[position]);
  let attempt = 1;
  for (let i = 0; i < position; i++) if (toAction(calls[i]) === action) attempt++;
  const identity = JSON.stringify([run, agent, observation, action, attempt]);
  return createHash('sha256').update(identity).digest('base64url').slice(0, KEY_CHARS);
}

function toAction(call: ToolCall | undefined): string {
  return call === undefined ? '' : `${call.name} ${toCanonicalJson(call.args)}`;
}

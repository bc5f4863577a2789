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
  /** What a person has made of it. Absent: it is as it was decided. */
  readonly edited?: ToolCall;
}

/**
 * The key under which a call has its effect once: the same whenever this call is made again, after a crash or a restart,
 * and another one when the agent decides to make an equal call a second time.
 *
 * Derived from what the action is: run, agent, observation, tool, arguments (whatever the order of their members), and
 * how often the same was called for in this observation. Not from the turn or the call's id, which a model asked again
 * could change. Of a call that a person has changed, also from its new arguments: it is another action, and neither it nor
 * a call that was decided with these arguments takes the other's key.
 */
export function toIdempotencyKey({ run, agent, observation, calls, position, edited }: CallPlace): string {
  const call = calls[position];
  const action = call === undefined ? '' : toAction(call);
  let attempt = 1;
  if (call !== undefined) {
    const mark = markOf(call);
    for (let i = 0; i < position; i++) {
      const before = calls[i];
      if (before?.name !== call.name || markOf(before) !== mark) continue;
      if (toAction(before) === action) attempt++;
    }
  }
  const decided = [run, agent, observation, action, attempt];
  const identity = JSON.stringify(edited === undefined ? decided : [...decided, toAction(edited)]);
  return createHash('sha256').update(identity).digest('base64url').slice(0, KEY_CHARS);
}

/** Of calls, hashes of their arguments: an observation with hundreds of calls would compare each with all before it. */
const marks = new WeakMap<ToolCall, number>();

/** Equal for equal arguments, and hardly ever for others. */
function markOf(call: ToolCall): number {
  const known = marks.get(call);
  if (known !== undefined) return known;
  const text = toCanonicalJson(call.args);
  let mark = text.length;
  for (let at = 0; at < text.length; at++) mark = Math.imul(mark ^ text.charCodeAt(at), 0x01000193);
  marks.set(call, mark);
  return mark;
}

function toAction({ name, args }: ToolCall): string {
  return `${name} ${toCanonicalJson(args)}`;
}

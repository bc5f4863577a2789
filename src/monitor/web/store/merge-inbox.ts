import type { WaitingCallId } from '../../../protocol.ts';
import type { InboxEntry, InboxMessage } from '../../talk-messages.ts';

export interface WaitingCalls {
  /** Those that wait longest first. */
  readonly entries: readonly InboxEntry[];
  /** All that wait, known here or not. */
  readonly total: number;
}

export const NO_CALLS: WaitingCalls = { entries: [], total: 0 };

/** What waits after a message: it is the whole, or what has come and gone. */
export function mergeInbox(before: WaitingCalls, { whole, waiting, gone, total }: InboxMessage): WaitingCalls {
  if (whole === true) return { entries: waiting, total };
  const replaced = new Set([...gone, ...waiting].map(toKey));
  const entries = [...before.entries.filter((entry) => !replaced.has(toKey(entry))), ...waiting];
  // One that comes back after a restart has waited since before.
  return { entries: entries.sort((a, b) => a.since - b.since), total };
}

export function toKey({ agent, callId }: WaitingCallId): string {
  return `${agent} ${callId}`;
}

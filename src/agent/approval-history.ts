import type { ApprovalRecord, JournalRecord } from '../protocol.ts';

/** A call of a turn that was cut short, which a person was asked about. */
export interface AskedCall {
  /** `turn/call`. */
  readonly callId: string;
  /** When it began to wait, on the run's clock. */
  readonly askedAt: number;
  readonly deadlineAt?: number;
  /** Undefined: nobody has answered yet. */
  readonly answer?: ApprovalRecord;
}

/** What people were asked in a turn that was cut short, and for how long it stood still for that. */
export interface ApprovalHistory {
  /** By the calls' ids. */
  readonly calls: ReadonlyMap<string, AskedCall>;
  /** Milliseconds for which at least one call waited, up to where none did. */
  readonly heldMs: number;
  /** Since when at least one call has waited, on the run's clock; undefined: none does. */
  readonly heldSince: number | undefined;
}

/** @param since The turn's records, in order. */
export function toApprovalHistory(since: readonly JournalRecord[]): ApprovalHistory | undefined {
  const calls = new Map<string, AskedCall>();
  const waiting = new Set<string>();
  let heldMs = 0;
  let heldSince: number | undefined;
  for (const record of since) {
    if (record.type === 'approval.requested') {
      const { call, callId, deadlineAt, at } = record;
      calls.set(call, { callId, askedAt: at, ...(deadlineAt !== undefined && { deadlineAt }) });
      waiting.add(call);
      heldSince ??= at;
    } else if (record.type === 'approval.answered') {
      const { call, type: _, turn: __, at, ...answer } = record;
      const asked = calls.get(call);
      // Of a question that is not there any more nobody wants the answer.
      if (asked === undefined) continue;
      calls.set(call, { ...asked, answer });
      waiting.delete(call);
      if (waiting.size > 0 || heldSince === undefined) continue;
      heldMs += Math.max(0, at - heldSince);
      heldSince = undefined;
    }
  }
  return calls.size === 0 ? undefined : { calls, heldMs, heldSince };
}

/** For how long, up to a moment on the run's clock, the time of the observation has stood still in the turn. */
export function toHeldMs(history: ApprovalHistory | undefined, now: number): number {
  if (history === undefined) return 0;
  const { heldMs, heldSince } = history;
  return heldMs + (heldSince === undefined ? 0 : Math.max(0, now - heldSince));
}

import type { WaitingCall } from '../../src/people/inbox.ts';
import type { ApprovalRecord, JsonObject, WaitingApproval } from '../../src/protocol.ts';

/** A call that waits, as whoever looks into an inbox sees it. */
export function waiting(changes: Partial<WaitingApproval> = {}): WaitingApproval {
  return {
    agent: 'clerk/0',
    callId: '1/1',
    kind: 'approval',
    tool: 'pay',
    turn: 1,
    args: { amount: 5 },
    since: 0,
    ...changes,
  };
}

/** The same with what it was told. */
export function waitingCall(changes: Partial<WaitingApproval> = {}, isTimed = false) {
  const settled: ApprovalRecord[] = [];
  const call: WaitingCall = {
    view: waiting(changes),
    isTimed,
    problem: (args: JsonObject) => (typeof args.amount === 'number' ? undefined : '/amount must be number'),
    settle: (record) => settled.push(record),
  };
  return { call, settled };
}

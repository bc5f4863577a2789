import { Watch } from '../../src/monitor/feed/watch.ts';
import { History } from '../../src/monitor/history/history.ts';
import type { MonitorSource } from '../../src/monitor/source.ts';
import type { DeadReason, Message, RunEvent, RunFact, WaitingApproval } from '../../src/protocol.ts';
import { liveAt, messageOf, sourceOf, specsOf } from './recorded.ts';

/** A live run of three agents in each of the groups `a` and `b`, in which one says what happens. */
export function startTalk(changes: Partial<MonitorSource> = {}, chunksMax?: number) {
  const specs = specsOf(3, ['a', 'b']);
  const history = new History(specs, new Map(), chunksMax);
  const approvals: WaitingApproval[] = [];
  const live = { ...liveAt(history), approvals: () => approvals };
  const watch = new Watch(sourceOf(specs, { live, ...changes }), history);
  const happen = (fact: RunFact, at = history.at + 1): RunEvent => {
    const event = { seq: history.last + 1, at, ...fact } as RunEvent;
    history.append(event);
    watch.take(event);
    return event;
  };
  let count = 0;
  const say = (from: string, to: string, changed: Partial<Message> = {}) => {
    const message = messageOf({ id: `m${++count}`, from, to, at: history.at + 1, ...changed });
    return happen({ type: 'message.sent', agent: from, message }, message.at);
  };
  const observe = (agent: string, messages = 1) => {
    const parts = messages === 1 ? {} : { parts: Array.from({ length: messages }, () => ({ from: 'b/0', body: '' })) };
    const observation = { kind: 'message', text: '', message: messageOf({ to: agent, ...parts }) } as const;
    return happen({ type: 'agent.observed', agent, turn: 1, observation });
  };
  const bury = (to: string, reason: DeadReason, id = 'm1') => {
    const message = messageOf({ id, to });
    return happen({ type: 'message.dead', letter: { message, reason, at: history.at + 1 } });
  };
  return { history, watch, approvals, happen, say, observe, bury };
}

/** A call that waits for a person. */
export function waitingCall(agent: string, since: number, changes: Partial<WaitingApproval> = {}): WaitingApproval {
  const call = { callId: `1/c${since}`, kind: 'approval', tool: 'pay', turn: 1, args: { amount: since } } as const;
  return { agent, since, ...call, ...changes };
}

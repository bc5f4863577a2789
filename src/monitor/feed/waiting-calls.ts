import type { RunEvent, WaitingApproval } from '../../protocol.ts';
import { type Chunk, ENDINGS, toKind } from '../history/rows.ts';
import type { Watch } from './watch.ts';

const REQUESTED = toKind('approval.requested');
const ANSWERED = toKind('approval.answered');
const RESTARTING = toKind('agent.restarting');
const ENDED = toKind('agent.ended');
const DRAINING = toKind('run.draining');
/** Who was stopped with its run is asked again when it goes on. */
const STOPPED = ENDINGS.indexOf('stopped');

/**
 * Calls that wait for a person, in the order in which they began to.
 *
 * @param at As it was at this moment, by what was asked and not yet answered then. Default: now.
 */
export function readWaiting(watch: Watch, at?: number): readonly WaitingApproval[] {
  const { live } = watch.source;
  if (at === undefined && watch.isLive && live !== undefined) return live.approvals();
  return findWaiting(watch, at);
}

function findWaiting({ history }: Watch, at: number | undefined): readonly WaitingApproval[] {
  const waiting = new Map<string, WaitingApproval>();
  let isDraining = false;
  const last = at === undefined ? history.last : history.seqAt(at);
  for (let seq = history.first; seq <= last; seq++) {
    const { chunk, index } = history.row(seq);
    const kind = chunk.kind[index];
    if (kind === DRAINING) isDraining = true;
    else if (kind === REQUESTED || kind === ANSWERED) note(waiting, history.keptEvent(seq));
    else if (waiting.size > 0 && hasGivenUp(chunk, index, isDraining)) {
      const agent = history.agents[chunk.agent[index] ?? -1];
      for (const [key, call] of waiting) if (call.agent === agent) waiting.delete(key);
    }
  }
  return [...waiting.values()];
}

/** @param event Undefined: too many have come since. */
function note(waiting: Map<string, WaitingApproval>, event: RunEvent | undefined): void {
  if (event?.type === 'approval.answered') waiting.delete(`${event.agent} ${event.callId}`);
  if (event?.type !== 'approval.requested') return;
  const { agent, callId, turn, call, question, deadlineAt } = event;
  waiting.set(`${agent} ${callId}`, {
    agent,
    callId,
    kind: question === undefined ? 'approval' : 'question',
    tool: call.name,
    turn,
    args: call.args,
    since: event.at,
    ...(question !== undefined && { question }),
    ...(deadlineAt !== undefined && { deadlineAt }),
  });
}

/** Its calls are made anew, or never. */
function hasGivenUp({ kind, flag }: Chunk, index: number, isDraining: boolean): boolean {
  const isPutOff = isDraining && flag[index] === STOPPED;
  return kind[index] === RESTARTING || (kind[index] === ENDED && !isPutOff);
}

import { KEEP_TURNS_STEP } from '../base/limits.ts';
import type { ChatMessage } from '../protocol.ts';
import type { AgentContext, AgentWork } from './context.ts';
import type { AgentEnvironment } from './environment.ts';

/**
 * Of an agent whose group keeps so many turns: what is older goes from memory, and from the conversation with its model. Not
 * at every turn, since it looks at the whole conversation; called when an observation is answered and stored.
 */
export function keepTurns(env: AgentEnvironment, { spec, turn, step, work }: AgentContext): void {
  const { keepTurns: turns } = spec.group;
  if (turns === undefined) return;
  const every = Math.max(KEEP_TURNS_STEP, Math.ceil(turns / 4));
  // An observation takes as many turns as it takes: that is due in the last one of them which is due in any.
  const isDue = turn % every < step;
  if (!isDue || turn <= turns) return;
  forget(work, findStart(work.transcript, turns));
  env.store.trim(env.run, spec.id, { turns }).catch(env.storeFailed);
}

/** Takes so many messages from the beginning of a conversation; all of them are in memory. */
export function forget(work: AgentWork, count: number): void {
  if (count === 0) return;
  work.transcript.splice(0, count);
  work.forgotten += count;
  work.handedOver -= count;
  if (work.observedFrom !== undefined) work.observedFrom = Math.max(0, work.observedFrom - count);
  const { condensed } = work;
  if (condensed !== undefined) work.condensed = { ...condensed, dropped: Math.max(0, condensed.dropped - count) };
}

/** Where a conversation of the last so many turns begins: with what was observed, and each turn is an answer. */
function findStart(transcript: readonly ChatMessage[], turns: number): number {
  let answers = 0;
  let index = transcript.length;
  while (index > 0 && answers < turns) if (transcript[--index]?.role === 'assistant') answers++;
  while (index > 0 && transcript[index]?.role !== 'user') index--;
  return index;
}

import type { SequenceEntry, SequenceMessage } from '../../talk-messages.ts';

/** Messages kept, as many as the server tells at first; older ones go. */
const KEPT = 300;

export interface Sequence {
  readonly agents: readonly string[];
  readonly messages: readonly SequenceEntry[];
}

/** What is shown after a message: it is the whole, or what has come since. What is about others is no continuation. */
export function mergeSequence(before: Sequence | undefined, { agents, whole, messages }: SequenceMessage): Sequence {
  const isContinued = whole !== true && before?.agents.join() === agents.join();
  return { agents, messages: [...(isContinued ? before.messages : []), ...messages].slice(-KEPT) };
}

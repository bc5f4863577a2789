import type { Decision } from '../protocol.ts';

/** The decision answers its observation: no further one follows, unless there is a flaw in it that the model has to mend. */
export function isAnswered({ flaw, final, toolCalls }: Decision): boolean {
  return flaw === undefined && (final || toolCalls.length === 0);
}

import type { Decision } from '../protocol.ts';
import type { AgentWork } from './context.ts';
import { dropKept } from './drop-kept.ts';

/**
 * Adds a decision to the conversation.
 *
 * What its provider wants back stays with it until an answer without calls ends the exchange. With the results of its
 * calls it may be demanded; later it is passed over, or paid for at each call for little use.
 */
export function addAnswer({ transcript }: AgentWork, { reply = '', toolCalls, kept }: Decision): void {
  if (toolCalls.length === 0) dropKept(transcript, transcript.length);
  const answer = { role: 'assistant' as const, content: reply, toolCalls };
  transcript.push(kept === undefined || toolCalls.length === 0 ? answer : { ...answer, kept });
}

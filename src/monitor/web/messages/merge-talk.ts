import type { MessagesMessage } from '../../talk-messages.ts';

/** What is known after a message: the answer to a subscription is all of it, what follows has the parts that have changed. */
export function mergeTalk(before: MessagesMessage | undefined, message: MessagesMessage): MessagesMessage {
  const isWhole = message.id !== undefined || message.group !== before?.group;
  return isWhole ? message : { ...before, ...message };
}

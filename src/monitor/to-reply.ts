import type { Message } from '../protocol.ts';

/** The answer to a message as the message that it was; undefined if nobody had asked. */
export function toReply(from: string, cause: Message | undefined, body: string, at: number): Message | undefined {
  const ask = cause?.answers ?? (cause?.kind === 'ask' ? { ask: cause.id, to: cause.from } : undefined);
  if (ask === undefined || cause === undefined) return undefined;
  const { id: causation, correlation, hops, trace } = cause;
  return {
    id: `re:${ask.ask}`,
    from,
    to: ask.to,
    kind: 'reply',
    body,
    at,
    causation,
    correlation,
    hops: hops + 1,
    trace,
  };
}

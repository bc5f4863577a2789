import type { Message } from '../src/protocol.ts';

/** The trace of every message of the tests that does not name its own. */
export const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A message for tests: a `tell` of "hi" from `a/0` to `b/0` at 0 that begins its own chain, unless `partial` says otherwise. */
export function toMessage(partial: Partial<Message> & { readonly id?: string } = {}): Message {
  const id = partial.id ?? 'm';
  return {
    id,
    from: 'a/0',
    to: 'b/0',
    kind: 'tell',
    body: 'hi',
    at: 0,
    correlation: id,
    hops: 0,
    trace: TRACE,
    ...partial,
  };
}

import type { AgentEnvironment } from '../agent/environment.ts';
import { beginTrace, continueTrace } from '../messaging/trace-context.ts';
import type { Message, MessageKind } from '../protocol.ts';
import { toSaid } from './said.ts';

/** What most messages do not have. */
type Extra = 'data' | 'answers' | 'part' | 'parts' | 'wire' | 'round' | 'way' | 'topic' | 'user' | 'session';

/** A message before it has its place in a chain. */
export interface Draft extends Pick<Message, Extra> {
  readonly id: string;
  readonly from: string;
  /** An agent's own address. */
  readonly to: string;
  readonly kind: MessageKind;
  readonly body: string;
  /** The message its sender is answering. */
  readonly cause?: Message | undefined;
  /** Of a request from outside: a `traceparent` to go on with. */
  readonly trace?: string;
}

/** @param ttlMs How long it may wait to be observed. Undefined: for ever. */
export function toMessage(
  { clock, run, secrets }: Pick<AgentEnvironment, 'clock' | 'run' | 'secrets'>,
  draft: Draft,
  ttlMs: number | undefined,
): Message {
  const { id, from, to, kind, cause } = draft;
  const text = secrets === undefined ? draft.body : secrets.text(draft.body);
  const { body, data = draft.data } = toSaid(text);
  const at = clock.elapsed();
  const message: Omit<Message, keyof Rest> & Rest =
    cause === undefined
      ? { id, from, to, kind, body, at, correlation: id, hops: 0, trace: draft.trace ?? beginTrace(run, id) }
      : {
          id,
          from,
          to,
          kind,
          body,
          at,
          causation: cause.id,
          correlation: cause.correlation,
          hops: cause.hops + 1,
          trace: draft.trace ?? continueTrace(cause.trace, id),
        };
  addRest(message, draft, cause);
  if (data !== undefined) message.data = data;
  if (ttlMs !== undefined) message.expiresAt = at + ttlMs;
  return message;
}

type Rest = { -readonly [K in Extra | 'expiresAt']?: Message[K] };

/** One by one, where it is there: a message that is put together by spreading takes microseconds and twice the memory. */
function addRest(message: Rest, draft: Draft, cause: Message | undefined): void {
  if (draft.topic !== undefined) message.topic = draft.topic;
  if (draft.answers !== undefined) message.answers = draft.answers;
  if (draft.part !== undefined) message.part = draft.part;
  if (draft.parts !== undefined) message.parts = draft.parts;
  if (draft.wire !== undefined) message.wire = draft.wire;
  if (draft.round !== undefined) message.round = draft.round;
  if (draft.way !== undefined) message.way = draft.way;
  const user = draft.user ?? cause?.user;
  if (user !== undefined) message.user = user;
  const session = draft.session ?? cause?.session;
  if (session !== undefined) message.session = session;
}

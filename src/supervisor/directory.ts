import { TroupeError } from '../base/errors.ts';
import { MAILBOX_MAX } from '../base/limits.ts';
import type { Message } from '../protocol.ts';

/** Someone messages can be delivered to. */
export interface Recipient {
  /** Messages not yet observed. */
  waiting(): number;
  receive(message: Message): void;
}

/** Where an agent is, by its address. */
export interface Directory<R extends Recipient> {
  /** Makes an address known before its agent has started; messages wait for it. */
  reserve(id: string): void;
  /** The agent has started: it gets what waited for it. */
  enter(id: string, recipient: R): void;
  /** The agent has ended; its address stays known. */
  leave(id: string): void;
  get(id: string): R | undefined;
  /** Everyone who has started and not ended, in the order of their start. */
  ids(): IterableIterator<string>;
  readonly size: number;
  /**
   * @throws {TroupeError} `AGENT_UNKNOWN` if there is no such agent or it has ended; `MAILBOX_FULL` if it has
   * `MAILBOX_MAX` (1,000) messages waiting.
   */
  deliver(message: Message): void;
}

export function createDirectory<R extends Recipient>(): Directory<R> {
  /** Not yet started: the messages that wait, if any. */
  const reserved = new Map<string, Message[] | undefined>();
  const present = new Map<string, R>();
  const gone = new Set<string>();

  return {
    reserve(id) {
      reserved.set(id, undefined);
    },
    enter(id, recipient) {
      const early = reserved.get(id);
      reserved.delete(id);
      gone.delete(id);
      present.set(id, recipient);
      for (const message of early ?? []) recipient.receive(message);
    },
    leave(id) {
      present.delete(id);
      gone.add(id);
    },
    get: (id) => present.get(id),
    ids: () => present.keys(),
    get size() {
      return present.size;
    },
    deliver(message) {
      const { to } = message;
      const recipient = present.get(to);
      if (recipient !== undefined) {
        if (recipient.waiting() >= MAILBOX_MAX) throw full(to);
        recipient.receive(message);
      } else if (reserved.has(to)) {
        const early = reserved.get(to) ?? [];
        if (early.length >= MAILBOX_MAX) throw full(to);
        early.push(message);
        reserved.set(to, early);
      } else if (gone.has(to)) {
        throw new TroupeError('AGENT_UNKNOWN', `Cannot send to "${to}": the agent has ended`);
      } else {
        throw new TroupeError(
          'AGENT_UNKNOWN',
          `Cannot send to "${to}": there is no such agent; addresses are "group/index"`,
        );
      }
    },
  };
}

function full(to: string): TroupeError {
  return new TroupeError('MAILBOX_FULL', `Cannot send to "${to}": ${MAILBOX_MAX} messages are waiting there`);
}

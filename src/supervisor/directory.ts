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
  /** The agent starts. @returns What waited for it, to be received as soon as it runs. */
  enter(id: string, recipient: R): readonly Message[];
  /** The agent has ended, or will not start; its address stays known. */
  leave(id: string): void;
  get(id: string): R | undefined;
  /** The agent has stopped and will start again: messages wait for it. */
  vacate(id: string): void;
  /** Messages wait for an agent that does not run. */
  hasMail(id: string): boolean;
  /** It is known and has not ended; it may not have started yet. */
  isAlive(id: string): boolean;
  /** Everyone who has started and not ended, in the order in which they were reserved. */
  ids(): string[];
  /** How many of those there are. */
  readonly size: number;
  /**
   * @throws {TroupeError} `AGENT_UNKNOWN` if there is no such agent or it has ended; `MAILBOX_FULL` if it has
   * `MAILBOX_MAX` (1,000) messages waiting.
   */
  deliver(message: Message): void;
}

/** Before its start: what waits for it, if anything. After its end: nothing more. */
type Absent = 'reserved' | readonly Message[] | 'gone';

export function createDirectory<R extends Recipient & object>(): Directory<R> {
  const places = new Map<string, R | Absent>();
  let size = 0;

  return {
    reserve(id) {
      places.set(id, 'reserved');
    },
    enter(id, recipient) {
      const before = places.get(id);
      places.set(id, recipient);
      size++;
      return Array.isArray(before) ? (before as readonly Message[]) : [];
    },
    leave(id) {
      if (toPresent(places.get(id)) !== undefined) size--;
      places.set(id, 'gone');
    },
    get: (id) => toPresent(places.get(id)),
    vacate(id) {
      if (toPresent(places.get(id)) !== undefined) size--;
      places.set(id, 'reserved');
    },
    hasMail: (id) => Array.isArray(places.get(id)),
    isAlive: (id) => places.has(id) && places.get(id) !== 'gone',
    ids: () => [...places].filter(([, place]) => toPresent(place) !== undefined).map(([id]) => id),
    get size() {
      return size;
    },
    deliver(message) {
      const { to } = message;
      const place = places.get(to);
      const recipient = toPresent(place);
      if (recipient !== undefined) {
        if (recipient.waiting() >= MAILBOX_MAX) throw full(to);
        recipient.receive(message);
      } else if (place === 'gone') {
        throw new TroupeError('AGENT_UNKNOWN', `Cannot send to "${to}": the agent has ended`);
      } else if (place === undefined) {
        throw new TroupeError(
          'AGENT_UNKNOWN',
          `Cannot send to "${to}": there is no such agent; addresses are "group/index"`,
        );
      } else {
        const early = place === 'reserved' ? [] : (place as readonly Message[]);
        if (early.length >= MAILBOX_MAX) throw full(to);
        places.set(to, [...early, message]);
      }
    },
  };
}

function toPresent<R extends object>(place: R | Absent | undefined): R | undefined {
  return place === undefined || typeof place === 'string' || Array.isArray(place) ? undefined : (place as R);
}

function full(to: string): TroupeError {
  return new TroupeError('MAILBOX_FULL', `Cannot send to "${to}": ${MAILBOX_MAX} messages are waiting there`);
}

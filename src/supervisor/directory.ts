import { Mailbox } from '../messaging/mailbox.ts';
import type { Message } from '../protocol.ts';

/** Someone messages can be delivered to. */
export interface Recipient {
  /** Messages not yet observed; what is gathered is one, and none before it is complete. */
  waiting(): number;
  /** With the message there is one more. */
  wouldAdd(message: Message): boolean;
  /** @param isNoted It has waited for its start, and was written down then. Default false. */
  receive(message: Message, isNoted?: boolean): void;
  /** Takes out the oldest of those that are counted; of what was gathered, each part. */
  dropOldest(): readonly Message[];
}

/** Where an agent is, by its address. */
export interface Directory<R extends Recipient> {
  /** Makes an address known before its agent has started; messages wait for it. */
  reserve(id: string): void;
  /** The agent starts. @returns What waited for it, to be received as soon as it runs. */
  enter(id: string, recipient: R): readonly Message[];
  /** The agent has ended, or will not start; its address stays known. @returns What waited for its start. */
  leave(id: string): readonly Message[];
  get(id: string): R | undefined;
  /** The agent has stopped and will start again: messages wait for it. */
  vacate(id: string): void;
  /** Messages wait for an agent that does not run. */
  hasMail(id: string): boolean;
  /** There is, or was, an agent of this address. */
  isKnown(id: string): boolean;
  /** It is known and has not ended; it may not have started yet. */
  isAlive(id: string): boolean;
  /** Everyone who has started and not ended, in the order in which they were reserved. */
  ids(): string[];
  /** How many of those there are. */
  readonly size: number;
  /** Messages an agent has not observed, those that wait for its start too; what is gathered is one when it is complete. */
  waiting(id: string): number;
  /** With the message there is one more for the agent that it is for. */
  wouldAdd(message: Message): boolean;
  /** Takes the oldest of them out; of what was gathered, each part. */
  dropOldest(id: string): readonly Message[];
  /** Into the mailbox of one who is alive. @returns True: it waits for one who does not run, and did not before. */
  deliver(message: Message): boolean;
}

/** Before its start: what waits for it, if anything. After its end: nothing more. */
type Absent = 'reserved' | Mailbox | 'gone';

const NEW = new Mailbox();

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
      return before instanceof Mailbox ? [...before] : [];
    },
    leave(id) {
      const place = places.get(id);
      if (toPresent(place) !== undefined) size--;
      places.set(id, 'gone');
      return place instanceof Mailbox ? [...place] : [];
    },
    get: (id) => toPresent(places.get(id)),
    vacate(id) {
      if (toPresent(places.get(id)) !== undefined) size--;
      places.set(id, 'reserved');
    },
    hasMail: (id) => places.get(id) instanceof Mailbox,
    isKnown: (id) => places.has(id),
    isAlive(id) {
      const place = places.get(id);
      return place !== undefined && place !== 'gone';
    },
    ids: () => [...places].filter(([, place]) => toPresent(place) !== undefined).map(([id]) => id),
    get size() {
      return size;
    },
    waiting(id) {
      const place = places.get(id);
      return place instanceof Mailbox ? place.ready : (toPresent(place)?.waiting() ?? 0);
    },
    wouldAdd(message) {
      const place = places.get(message.to);
      if (place instanceof Mailbox) return place.wouldAdd(message);
      return toPresent(place)?.wouldAdd(message) ?? NEW.wouldAdd(message);
    },
    dropOldest(id) {
      const place = places.get(id);
      return place instanceof Mailbox ? place.takeOldest() : (toPresent(place)?.dropOldest() ?? []);
    },
    deliver(message) {
      const { to } = message;
      const place = places.get(to);
      if (place instanceof Mailbox) return !place.has(message.id) && place.push(message);
      if (place === 'reserved') {
        const mailbox = new Mailbox();
        places.set(to, mailbox);
        return mailbox.push(message);
      }
      toPresent(place)?.receive(message);
      return false;
    },
  };
}

function toPresent<R extends object>(place: R | Absent | undefined): R | undefined {
  return place === undefined || typeof place === 'string' || place instanceof Mailbox ? undefined : (place as R);
}

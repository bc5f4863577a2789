import type { Clock } from '../base/clock.ts';
import type { Message } from '../protocol.ts';

interface Waiting {
  readonly message: Message;
  readonly admitted: () => void;
}

/** Messages that wait for room in a mailbox, in the order in which they came; those who sent them wait with them. */
export class WaitingRoom {
  readonly #clock: Clock;
  readonly #deliver: (message: Message) => void;
  readonly #lines = new Map<string, Waiting[]>();
  /** How many messages of a sender wait, by whom they are for: lines may be long, and many may wait. */
  readonly #senders = new Map<string, Map<string, number>>();

  /** @param deliver Puts a message into its mailbox, where there is room now. */
  constructor(clock: Clock, deliver: (message: Message) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Messages that wait for a place at an agent. */
  lengthOf(agent: string): number {
    return this.#lines.get(agent)?.length ?? 0;
  }

  /** Whom somebody's messages wait for, in the order in which they began to. */
  waitedFor(sender: string): string[] {
    return [...(this.#senders.get(sender)?.keys() ?? [])];
  }

  /** Behind those that wait there. @returns Takes it out of the line. */
  enter(message: Message, admitted: () => void): () => void {
    const line = this.#lines.get(message.to) ?? [];
    this.#lines.set(message.to, line);
    const waiting = { message, admitted };
    line.push(waiting);
    this.#count(message, 1);
    return () => {
      const place = line.indexOf(waiting);
      if (place >= 0) {
        line.splice(place, 1);
        this.#count(message, -1);
      }
      if (line.length === 0 && this.#lines.get(message.to) === line) this.#lines.delete(message.to);
    };
  }

  /** There may be room: not at once, since whoever took a message is in the middle of its turn. */
  admit(agent: string, hasRoom: () => boolean): void {
    if (!this.#lines.has(agent)) return;
    this.#clock.defer(() => {
      const line = this.#lines.get(agent);
      while (line !== undefined && line.length > 0 && hasRoom()) {
        const first = line.shift();
        if (line.length === 0) this.#lines.delete(agent);
        if (first === undefined) break;
        this.#count(first.message, -1);
        this.#deliver(first.message);
        first.admitted();
      }
    });
  }

  /** The agent has ended. @returns What waited for it. */
  clear(agent: string): Message[] {
    const line = this.#lines.get(agent) ?? [];
    this.#lines.delete(agent);
    const messages = line.map(({ message }) => message);
    for (const message of messages) this.#count(message, -1);
    for (const { admitted } of line.splice(0)) admitted();
    return messages;
  }

  #count({ from, to }: Message, more: 1 | -1): void {
    const counts = this.#senders.get(from) ?? new Map<string, number>();
    const count = (counts.get(to) ?? 0) + more;
    if (count > 0) counts.set(to, count);
    else counts.delete(to);
    if (counts.size > 0) this.#senders.set(from, counts);
    else this.#senders.delete(from);
  }
}

import type { AgentEnvironment } from '../agent/environment.ts';
import { TroupeError } from '../base/errors.ts';
import { MAILBOX_MAX } from '../base/limits.ts';
import type { DeadReason, JournalRecord, MailboxSpec, Message } from '../protocol.ts';
import type { Quarters } from './quarters.ts';
import { WaitingRoom } from './room.ts';
import { Spill } from './spill.ts';

/** A mailbox as a scenario that says nothing of it has it. */
const MAILBOX: MailboxSpec = { size: MAILBOX_MAX, overflow: 'reject' };

/** What `put` gives when a message is in its mailbox. */
export const DELIVERED: Promise<void> = Promise.resolve();

interface MailboxOptions extends Pick<Quarters, 'directory' | 'wake' | 'spilled' | 'check' | 'hasReceived'> {
  /** It is in its mailbox, or will be there without its sender. */
  sent(message: Message): void;
  bury(message: Message, reason: DeadReason): void;
}

/** How a message is brought to its mailbox. */
export interface Delivery {
  /** Called with what takes it out of the line again that it waits in. */
  readonly onAbort?: ((cancel: () => void) => void) | undefined;
  /** It waits for room where it would be refused. Default false. */
  readonly waits?: boolean;
}

type Env = Pick<AgentEnvironment, 'clock' | 'groups' | 'run' | 'store' | 'storeFailed'>;

/** Keeps agents' mailboxes to their limits, and the order between any two agents. */
export class Mailboxes {
  readonly #env: Env;
  readonly #options: MailboxOptions;
  readonly #line: WaitingRoom;
  readonly #spill: Spill;

  constructor(env: Env, options: MailboxOptions) {
    this.#env = env;
    this.#options = options;
    this.#line = new WaitingRoom(env.clock, (message) => this.#hand(message));
    this.#spill = new Spill(env, options.spilled, {
      hasRoom: (agent) => options.directory.isAlive(agent) && this.#isBelow(agent),
      deliver: (message) => this.#deliver(message),
      bury: (message) => options.bury(message, 'ended'),
      settled: options.check,
    });
  }

  of(agent: string): MailboxSpec {
    return this.#env.groups.get(agent.slice(0, agent.indexOf('/')))?.spec.mailbox ?? MAILBOX;
  }

  /** Messages that an agent has not observed: in its mailbox, in line for it, on disk. */
  lengthOf(agent: string): number {
    return this.#options.directory.waiting(agent) + this.#line.lengthOf(agent) + this.#spill.lengthOf(agent);
  }

  /** In whose mailboxes somebody's messages wait for room. */
  waitedFor(sender: string): string[] {
    return this.#line.waitedFor(sender);
  }

  /** Messages are on their way from disk. */
  get isReading(): boolean {
    return this.#spill.isReading;
  }

  /** What earlier lives of the run have left on disk comes as far as there is room. */
  begin(): void {
    for (const agent of this.#options.spilled.keys()) this.#spill.refill(agent);
  }

  /**
   * @returns Resolves when its sender may go on: at once, unless the mailbox blocks whoever sends while it is full.
   * @throws {TroupeError} `MAILBOX_FULL`.
   */
  put(message: Message, { onAbort, waits = false }: Delivery = {}): Promise<void> {
    const { to } = message;
    if (this.#hasRoom(message)) {
      this.#hand(message);
      return DELIVERED;
    }
    const { size, overflow } = this.of(to);
    switch (waits && overflow === 'reject' ? 'block' : overflow) {
      case 'drop-oldest': {
        this.#dropOldest(to);
        this.#hand(message);
        return DELIVERED;
      }
      case 'block':
        return new Promise((resolve) => {
          const leave = this.#line.enter(message, resolve);
          onAbort?.(leave);
        });
      case 'spill':
        this.#spill.add(message);
        this.#options.sent(message);
        return DELIVERED;
      default:
        throw new TroupeError('MAILBOX_FULL', `Cannot send to "${to}": ${size} messages are waiting there`);
    }
  }

  /** The agent has taken something out of its mailbox. */
  took(agent: string): void {
    this.#line.admit(agent, () => this.#isBelow(agent));
    // Not for each place: what is on disk is read many at a time.
    if (this.#options.directory.waiting(agent) <= this.of(agent).size / 2) this.#spill.refill(agent);
  }

  /** The agent has ended; what is on disk for it is buried. @returns What waited in line for it. */
  clear(agent: string): Message[] {
    this.#spill.clear(agent);
    return this.#line.clear(agent);
  }

  /** It comes before nobody who waits for room; parts of what is gathered take none before the last of them. */
  #hasRoom(message: Message): boolean {
    const { to, part } = message;
    if (part !== undefined && (part.isError === true || !this.#options.directory.wouldAdd(message))) return true;
    return this.#line.lengthOf(to) === 0 && this.#spill.lengthOf(to) === 0 && this.#isBelow(to);
  }

  #isBelow(agent: string): boolean {
    return this.#options.directory.waiting(agent) < this.of(agent).size;
  }

  #hand(message: Message): void {
    this.#deliver(message);
    this.#options.sent(message);
  }

  #deliver(message: Message): void {
    const { to, id } = message;
    // It comes again, from a call that was cut short, before its agent is there to say so.
    if (this.#options.directory.get(to) === undefined && this.#options.hasReceived(to, id)) return;
    if (this.#options.directory.deliver(message)) this.#note(to, (at) => ({ type: 'received', turn: 0, at, message }));
    this.#options.wake(to);
  }

  #dropOldest(agent: string): void {
    const { directory, bury } = this.#options;
    for (const oldest of directory.dropOldest(agent)) {
      const { id: message } = oldest;
      if (directory.get(agent) === undefined)
        this.#note(agent, (at) => ({ type: 'dropped', turn: 0, at, message, reason: 'dropped' }));
      bury(oldest, 'dropped');
    }
  }

  /** Writes down for one who does not run what it would write down itself: whoever has sent it does not send it again. */
  #note(agent: string, toRecord: (at: number) => JournalRecord): void {
    const { clock, run, store, storeFailed } = this.#env;
    store.append(run, agent, { journal: [toRecord(clock.elapsed())], transcript: [] }).catch(storeFailed);
  }
}

import { TroupeError } from '../base/errors.ts';
import { OUTCOMES_GONE_MAX, OUTCOMES_MAX, OUTCOMES_MAX_CHARS } from '../base/limits.ts';
import type { ErrorInfo, Json } from '../protocol.ts';
import type { PushedItem } from './source.ts';

/** `failed`: an agent has had it and could not answer; `dead`: no agent has observed it. */
export type OutcomeStatus = 'waiting' | 'working' | 'done' | 'failed' | 'dead';

/** What has become of an item that was pushed. */
export interface Outcome {
  readonly id: string;
  readonly source: string;
  readonly status: OutcomeStatus;
  /** Who has it. Absent: nobody yet. */
  readonly agent?: string;
  /** Absent of what is `done`: its agent has ended it without saying anything. */
  readonly reply?: string;
  /** The reply as a value, if it had to be JSON. */
  readonly output?: Json;
  readonly error?: ErrorInfo;
  /** Turns that its answer has taken. */
  readonly turns?: number;
}

/** An outcome as it is kept. */
export interface Entry extends Outcome {
  /** Tells whether an item that comes again under the same id is the same. */
  readonly digest: string;
  /** For whom it was observed: nobody else is told. Absent: for nobody in particular. */
  readonly user?: string;
  /** The message in which it is now: one that was handed on, or sent again. Default: that which has its id. */
  readonly message?: string;
  /** The agent's turn in which it was observed. */
  readonly firstTurn?: number;
}

/** Whoever wants to hear of one item. Must not throw. */
export interface OutcomeListener {
  /** It has another status, or agent; first of all how it is. */
  changed(outcome: Outcome): void;
  /** The model that answers it writes. Absent: that is of no interest. */
  wrote?(text: string, turn: number): void;
}

/** What is answered to whoever has pushed an item. */
export interface Accepted {
  readonly outcome: Outcome;
  /** For whom it is observed: who asks for its outcome has to name them. Absent: nobody in particular. */
  readonly user?: string;
}

/** Pushing items, and asking for what has become of them. */
export interface Observing {
  /** The sources to which one can push. */
  readonly names: readonly string[];
  /**
   * Takes an item. One that comes again under the same id, for the same source and with the same content, is not observed
   * twice.
   *
   * @returns When it is safe: with `durability: sync` on disk, else handed over to the disk; it may wait for its agent then.
   * @throws {TroupeError} Rejects with `SOURCE_UNKNOWN`, `SOURCE_ENDED`, `SOURCE_UNAVAILABLE`, `SOURCE_FAILED` if the item
   * says nothing, `TOO_MANY`, and `CONFLICT` if its id is another item's or that of one that is known no more.
   */
  observe(source: string, item: PushedItem): Promise<Accepted>;
  /**
   * @param user Who asks. An item that was for somebody is not found by anybody else.
   * @returns Undefined: there is none, as far as this user may know; `gone`: there was one.
   */
  find(source: string, id: string, user: string | undefined): Outcome | 'gone' | undefined;
  /** As `Outcomes.follow`; without a look at who asks. */
  follow(id: string, listener: OutcomeListener): () => void;
  /** Somebody reads what the agent's model writes. */
  isRead(agent: string): boolean;
}

export interface OutcomesOptions {
  /** Keeps an item's outcome in place of the one before. @param item Until it is settled: what was pushed. */
  keep(entry: Entry, item?: PushedItem): void;
  forget(id: string): void;
}

type Change = Partial<Omit<Entry, 'id' | 'source' | 'digest'>>;

/**
 * What has become of the items that were pushed: the newest `OUTCOMES_MAX`, and of their answers `OUTCOMES_MAX_CHARS`
 * characters. Of those that are settled the oldest go; no other one does.
 */
export class Outcomes {
  readonly #options: OutcomesOptions;
  readonly #entries = new Map<string, Entry>();
  /** Settled ones, the oldest first, with their characters. */
  readonly #settled = new Map<string, number>();
  /** Ids of those that have gone, the oldest first. */
  readonly #gone = new Set<string>();
  readonly #listeners = new Map<string, Set<OutcomeListener>>();
  /** By message, of those that are in one with another id. */
  readonly #aliases = new Map<string, string>();
  #chars = 0;

  constructor(options: OutcomesOptions) {
    this.#options = options;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** By the message in which it is. */
  ofMessage(message: string): Entry | undefined {
    return this.#entries.get(this.#aliases.get(message) ?? message);
  }

  /** There was one of this id, not long ago. */
  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** Those of which nobody knows yet what will become of them, in the order in which they came. */
  open(): Entry[] {
    return [...this.#entries.values()].filter(({ status }) => !isSettled(status));
  }

  /**
   * An item is accepted.
   *
   * @throws {TroupeError} `TOO_MANY` if as many as there can be wait for their answers.
   */
  add(entry: Entry, item: PushedItem): void {
    if (this.#entries.size - this.#settled.size >= OUTCOMES_MAX) {
      const reason = `${OUTCOMES_MAX} items wait for their answers; try again later`;
      throw new TroupeError('TOO_MANY', `Cannot push to source "${entry.source}": ${reason}`);
    }
    this.#entries.set(entry.id, entry);
    this.#options.keep(entry, item);
    this.#makeRoom();
  }

  /** One of an earlier life of the run; in the order in which they were kept. */
  restore(entry: Entry): void {
    this.#entries.set(entry.id, entry);
    if (entry.message !== undefined) this.#aliases.set(entry.message, entry.id);
    if (isSettled(entry.status)) this.#settle(entry);
    this.#makeRoom();
  }

  /** It goes on. Without effect for one that is not there. */
  change(id: string, change: Change): void {
    const before = this.#entries.get(id);
    if (before === undefined) return;
    const { reply, output, error, turns, ...place } = before;
    const entry: Entry = { ...place, ...change };
    this.#entries.set(id, entry);
    if (before.message !== entry.message) this.#move(before, entry);
    if (isSettled(before.status)) this.#unsettle(id);
    if (isSettled(entry.status)) this.#settle(entry);
    // Where it waits is known from the agents; what it says is with them as soon as it is in a message.
    if (isSettled(entry.status) || before.message !== entry.message) this.#options.keep(entry);
    for (const listener of this.#listeners.get(id) ?? []) listener.changed(toOutcome(entry));
    if (isSettled(entry.status)) this.#makeRoom();
  }

  /** Text of the model that answers it. */
  write(id: string, text: string, turn: number): void {
    for (const listener of this.#listeners.get(id) ?? []) listener.wrote?.(text, turn);
  }

  /** Tells of an item how it is, and from now on. Of one that is not there nothing is told. @returns Ends it. Idempotent. */
  follow(id: string, listener: OutcomeListener): () => void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return () => undefined;
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners);
    listeners.add(listener);
    listener.changed(toOutcome(entry));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  /** Somebody reads what is written about it. */
  isRead(id: string): boolean {
    for (const { wrote } of this.#listeners.get(id) ?? []) if (wrote !== undefined) return true;
    return false;
  }

  #move({ message: from }: Entry, { id, message: to }: Entry): void {
    if (from !== undefined) this.#aliases.delete(from);
    if (to !== undefined) this.#aliases.set(to, id);
  }

  #settle({ id, reply = '', output, error }: Entry): void {
    const value = output === undefined ? 0 : JSON.stringify(output).length;
    const chars = reply.length + value + (error?.message.length ?? 0);
    this.#settled.set(id, chars);
    this.#chars += chars;
  }

  /** It has come to life again. */
  #unsettle(id: string): void {
    this.#chars -= this.#settled.get(id) ?? 0;
    this.#settled.delete(id);
  }

  /** The newest answer stays, whatever its length. */
  #makeRoom(): void {
    for (const [id] of this.#settled) {
      const isOver = this.#entries.size > OUTCOMES_MAX || (this.#chars > OUTCOMES_MAX_CHARS && this.#settled.size > 1);
      if (!isOver) return;
      this.#unsettle(id);
      const message = this.#entries.get(id)?.message;
      if (message !== undefined) this.#aliases.delete(message);
      this.#entries.delete(id);
      this.#gone.add(id);
      const [oldest] = this.#gone;
      if (this.#gone.size > OUTCOMES_GONE_MAX && oldest !== undefined) this.#gone.delete(oldest);
      this.#options.forget(id);
    }
  }
}

/** Nothing more will become of it, unless somebody sends it again. */
export function isSettled(status: OutcomeStatus): boolean {
  return status !== 'waiting' && status !== 'working';
}

/** What may be told of it. */
export function toOutcome({ digest, user, message, firstTurn, ...outcome }: Entry): Outcome {
  return outcome;
}

import { TroupeError } from '../base/errors.ts';
import { STORE_TRIM_AHEAD } from '../base/limits.ts';
import type { JournalRecord, MemoryBatch, MemorySnapshot } from '../protocol.ts';
import { TakenMessages } from './taken-messages.ts';

export type ReceivedRecord = JournalRecord & { readonly type: 'received' };

/** A `received` record, with its place in the journal of its batch, and among all that its agent has ever received. */
export interface Received {
  readonly record: ReceivedRecord;
  readonly place: number;
  readonly ordinal: number;
}

/** A batch that is to go but for the messages in it that the agent has not observed yet. */
export interface OldBatch {
  readonly sequence: number;
  readonly waiting: readonly Received[];
}

/** What is to go of an agent's past. */
export interface Cut {
  /** Every batch before the first that stays, in order. */
  readonly old: readonly OldBatch[];
  /** Messages of the transcript in these, and `received` records. */
  readonly messages: number;
  readonly received: number;
  /** What was observed in these. */
  readonly taken: TakenMessages;
}

export interface TrimScanOptions {
  /** The first turn that stays. */
  readonly keepFrom: number;
  /** The batch with the agent's snapshot: it stays, and all behind it. */
  readonly snapshotAt: number;
  /** How many messages the agent has received before the first batch. */
  readonly received: number;
  /** So many batches are enough. Default: no limit. */
  readonly max?: number;
}

interface Looked {
  readonly sequence: number;
  readonly messages: number;
  readonly received: readonly Omit<Received, 'ordinal'>[];
  readonly taken: readonly JournalRecord[];
}

/**
 * Finds what can be trimmed of an agent, from its batches in order, oldest first.
 *
 * What stays begins behind a stored turn, and its transcript at a user's message. Unobserved is what was not observed in
 * that which goes: a `received` record stays at least as long as the record of its observation.
 */
export class TrimScan {
  readonly #options: TrimScanOptions;
  readonly #taken = new TakenMessages();
  readonly #gone: Looked[] = [];
  /** Behind `#gone`. */
  #staged: Looked[] = [];
  /** How many of these may go, if the next message of the transcript is a user's. */
  #candidates = 0;
  #storedTurn = 0;
  /** Everything from here on stays. */
  #isBehind = false;
  #ahead = 0;

  constructor(options: TrimScanOptions) {
    this.#options = options;
  }

  /** Goes on with the next batch. @returns False: it need not go on. */
  take(sequence: number, batch: MemoryBatch): boolean {
    const [first] = batch.transcript;
    if (first !== undefined && this.#candidates > 0) {
      if (first.role === 'user') this.#commit();
      this.#candidates = 0;
      if (this.#gone.length >= (this.#options.max ?? Number.POSITIVE_INFINITY)) return false;
    }
    const { keepFrom, snapshotAt } = this.#options;
    this.#isBehind ||= sequence >= snapshotAt || batch.journal.some(({ turn }) => turn >= keepFrom);
    if (this.#isBehind) return this.#candidates > 0 && ++this.#ahead <= STORE_TRIM_AHEAD;
    this.#staged.push(look(sequence, batch));
    const isStored = first !== undefined || batch.snapshot !== undefined;
    if (isStored) this.#storedTurn = batch.journal.at(-1)?.turn ?? batch.snapshot?.turn ?? 0;
    // What follows a stored turn and still is of that goes with it.
    const isOfIt = this.#candidates === this.#staged.length - 1 && this.#candidates > 0;
    if (isStored || (isOfIt && batch.journal.every(({ turn }) => turn <= this.#storedTurn))) {
      this.#candidates = this.#staged.length;
    }
    return true;
  }

  /** There are no more batches. */
  end(): void {
    if (this.#candidates > 0) this.#commit();
    this.#candidates = 0;
  }

  /** @returns Undefined: nothing is to go. */
  cut(): Cut | undefined {
    if (this.#gone.length === 0) return undefined;
    let messages = 0;
    let ordinal = this.#options.received;
    const old: OldBatch[] = [];
    for (const { sequence, messages: ofBatch, received } of this.#gone) {
      messages += ofBatch;
      const numbered = received.map((one) => ({ ...one, ordinal: ordinal++ }));
      old.push({ sequence, waiting: numbered.filter(({ record }) => !this.#taken.has(record.message)) });
    }
    return { old, messages, received: ordinal - this.#options.received, taken: this.#taken };
  }

  #commit(): void {
    for (const looked of this.#staged.slice(0, this.#candidates)) {
      for (const record of looked.taken) this.#taken.add(record);
      this.#gone.push(looked);
    }
    this.#staged = this.#staged.slice(this.#candidates);
  }
}

function look(sequence: number, { journal, transcript }: MemoryBatch): Looked {
  const received = journal.flatMap((record, place) => (record.type === 'received' ? [{ record, place }] : []));
  const taken = journal.filter(({ type }) => type === 'observed' || type === 'dropped');
  return { sequence, messages: transcript.length, received, taken };
}

/**
 * The first turn that stays: the observation that was stored last stays as a whole, since a resumed agent goes on with it.
 *
 * @param lastTurn Of the agent's last record.
 */
export function toKeepFrom(turns: number, lastTurn: number, { turn, step }: MemorySnapshot): number {
  return Math.min(lastTurn - turns, turn - Math.max(step, 1)) + 1;
}

/** @throws {TroupeError} `STORE_FAILED` if that is no number of turns. */
export function assertTurns(agent: string, turns: number): void {
  if (Number.isSafeInteger(turns) && turns >= 0) return;
  const state = `${turns} is no number of turns`;
  throw new TroupeError('STORE_FAILED', `Cannot trim "${agent}": ${state}; give a whole number, 0 or more`);
}

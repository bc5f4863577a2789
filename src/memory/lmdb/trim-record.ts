import type { MemoryBatch } from '../../protocol.ts';
import type { Received, ReceivedRecord } from '../trim-scan.ts';
import { checkGap, type Lose, type Place } from './place.ts';
import type { StoredBatch } from './table.ts';

/** Where the record of an agent's trims is, before its batches, which are numbered from 1. */
export const TRIM_SEQUENCE = 0;

/** What an agent's trims have taken away so far. */
export interface Trimmed {
  /** The first batch that has stayed; of those before there are only the waiting ones. */
  readonly from: number;
  /** Messages of the transcript before it. */
  readonly messages: number;
  /** `received` records before it, those in waiting batches too. */
  readonly received: number;
  /** Waiting batches before it. */
  readonly waiting: number;
}

export const NOT_TRIMMED: Trimmed = { from: 1, messages: 0, received: 0, waiting: 0 };

export interface TrimRecord {
  readonly trimmed: Trimmed;
}

/**
 * What stays of a batch that was trimmed: `received` records of messages not observed yet, each with its place among all
 * that the agent has received. Of one in a file the places of the records in its journal.
 */
export type WaitingBatch = { readonly ordinals: readonly number[] } & (
  | { readonly journal: readonly ReceivedRecord[]; readonly transcript: readonly [] }
  | { readonly blob: string; readonly places: readonly number[] }
);

/** @param batch As the database has it. */
export function toWaiting(batch: StoredBatch | WaitingBatch, waiting: readonly Received[]): WaitingBatch {
  const ordinals = waiting.map(({ ordinal }) => ordinal);
  // As a key the name of the file comes first: by that it is told.
  if ('blob' in batch) return { blob: batch.blob, ordinals, places: waiting.map(({ place }) => place) };
  return { journal: waiting.map(({ record }) => record), transcript: [], ordinals };
}

/** @param whole The batch, read from its file if it is in one. */
export function toReceived(batch: WaitingBatch, whole: Pick<MemoryBatch, 'journal'>): Received[] {
  return batch.ordinals.flatMap((ordinal, index) => {
    const place = 'blob' in batch ? (batch.places[index] ?? -1) : index;
    const record = whole.journal[place];
    return record?.type === 'received' ? [{ record, place, ordinal }] : [];
  });
}

export function isWaiting(batch: object): batch is WaitingBatch {
  return 'ordinals' in batch;
}

/** Follows one agent's records in order, and tells those that are missing. */
export class RecordOrder {
  readonly #trimmed: Trimmed | undefined;
  readonly #lose: Lose;
  #next: number;
  #waiting = 0;

  /** @param trimmed Undefined: its record is damaged; nothing is missing before the first batch then. */
  constructor(trimmed: Trimmed | undefined, lose: Lose) {
    this.#trimmed = trimmed;
    this.#lose = lose;
    this.#next = trimmed?.from ?? 0;
  }

  /** It is behind what was trimmed. */
  isWhole({ record }: Place): boolean {
    return this.#trimmed === undefined || record >= this.#trimmed.from;
  }

  /** A record that is there, behind what was trimmed. */
  take(place: Place): void {
    if (this.#next > 0) checkGap(place, this.#next, this.#lose);
    this.#next = place.record + 1;
  }

  /** A waiting batch, whole or damaged, before that. */
  takeWaiting(): void {
    this.#waiting++;
  }

  /** There are no more. */
  end(run: string, agent: string): void {
    const missing = (this.#trimmed?.waiting ?? 0) - this.#waiting;
    if (missing <= 0) return;
    const what = missing === 1 ? 'a record of a message' : `${missing} records of messages`;
    this.#lose({ run, agent, problem: `${what} not observed yet, kept when it was trimmed, cannot be found` });
  }
}

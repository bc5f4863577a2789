import { STORE_READ_SLICE_BYTES } from '../../base/limits.ts';
import type { MemoryBatch, MemorySnapshot } from '../../protocol.ts';
import type { Received } from '../trim-scan.ts';
import type { Blobs } from './blobs.ts';
import { decode, type Lose, type Place, toPlace } from './place.ts';
import { checkRecord, decodeRecord } from './record.ts';
import type { StoredBatch, Table } from './table.ts';
import {
  isWaiting,
  NOT_TRIMMED,
  RecordOrder,
  TRIM_SEQUENCE,
  type Trimmed,
  type TrimRecord,
  toReceived,
  type WaitingBatch,
} from './trim-record.ts';

/** How a `received` record looks as JSON: in no text there are such quotation marks. */
const RECEIVED = Buffer.from('"type":"received"');
const BLOB = Buffer.from('{"blob":');

export interface StoredRecord<Batch = StoredBatch | WaitingBatch> {
  readonly place: Place;
  readonly batch: Batch;
}

/** A part of an agent's records. */
export interface Page {
  readonly records: readonly StoredRecord[];
  /** Where the next page begins. Absent: there is none. */
  readonly next?: number;
}

export interface PageRange {
  readonly from: number;
  /** The first record that does not belong to it. */
  readonly until: number;
  /** Those without `received` records are left out. Default false. */
  readonly received?: boolean;
}

/**
 * Reads what one agent has left behind.
 *
 * Contract: goes through the database without a pause, so that no read transaction stays open; only files are awaited.
 *
 * @throws {TroupeError} Every method whose `lose` throws: `STORE_FAILED`, if a record is damaged or missing.
 */
export class AgentRecords {
  readonly #batches: Table;
  readonly #blobs: Blobs;
  readonly #lose: Lose;

  constructor(batches: Table, blobs: Blobs, lose: Lose) {
    this.#batches = batches;
    this.#blobs = blobs;
    this.#lose = lose;
  }

  /** What was trimmed of it. @returns Undefined: the record of that is damaged, which is told. */
  trimmed(run: string, agent: string, lose = this.#lose): Trimmed | undefined {
    const range = { start: [run, agent, TRIM_SEQUENCE], end: [run, agent, TRIM_SEQUENCE + 1], limit: 1 };
    for (const { key, value } of this.#batches.getRange(range)) {
      const place = toPlace(key, { run, agent }, () => {});
      if (place?.record === TRIM_SEQUENCE) return decode<TrimRecord>(value, place, lose)?.trimmed;
    }
    return NOT_TRIMMED;
  }

  /** All batches that are left, with what waits of trimmed ones. */
  async batches(run: string, agent: string): Promise<MemoryBatch[]> {
    const batches: MemoryBatch[] = [];
    for (const { place, batch } of this.#stored(run, agent)) {
      const whole = await this.whole(place, batch);
      if (whole === undefined) continue;
      if (!isWaiting(batch)) batches.push(whole);
      else batches.push({ journal: toReceived(batch, whole).map(({ record }) => record), transcript: [] });
    }
    return batches;
  }

  /** @returns As many records as are decoded at once, in order; at least one if there is one. */
  page(run: string, agent: string, { from, until, received = false }: PageRange): Page {
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const { key, value } of this.#batches.getRange({ start: [run, agent, from], end: [run, agent, until] })) {
      const place = toPlace(key, { run, agent }, this.#lose);
      if (place === undefined || place.record === TRIM_SEQUENCE) continue;
      if (bytes >= STORE_READ_SLICE_BYTES) return { records, next: place.record };
      bytes += value.byteLength;
      if (received && !mayHaveReceived(value, place, this.#lose)) continue;
      const batch = decode<StoredBatch | WaitingBatch>(value, place, this.#lose);
      if (batch !== undefined) records.push({ place, batch });
    }
    return { records };
  }

  /** The agent's last snapshot before `until`, where it is, and the last turn of which something was noted. */
  lastStored(run: string, agent: string, until: number): LastStored | undefined {
    let lastTurn = 0;
    const start = [run, agent, until - 1];
    for (const { key, value } of this.#batches.getRange({ start, end: [run, agent, TRIM_SEQUENCE], reverse: true })) {
      const place = toPlace(key, { run, agent }, this.#lose);
      const batch = place && decode<StoredBatch>(value, place, this.#lose);
      if (place === undefined || batch === undefined) continue;
      if ('journal' in batch) lastTurn = Math.max(lastTurn, batch.journal.at(-1)?.turn ?? 0);
      const { snapshot } = batch;
      if (snapshot !== undefined) {
        return { snapshot, snapshotAt: place.record, lastTurn: Math.max(lastTurn, snapshot.turn) };
      }
    }
    return undefined;
  }

  /** The batch itself. @returns Undefined: its file cannot be read, which is told. */
  async whole(place: Place, batch: StoredBatch | WaitingBatch): Promise<MemoryBatch | undefined> {
    if (!('blob' in batch)) return batch;
    try {
      return decodeRecord(await this.#blobs.read(place.run, batch.blob)) as MemoryBatch;
    } catch (error) {
      this.#lose({ ...place, problem: (error as Error).message }, error);
      return undefined;
    }
  }

  /** The `received` records of one. @param first How many the agent has received before, of one that is not waiting. */
  async received({ place, batch }: StoredRecord, first: number): Promise<Received[]> {
    const whole = (await this.whole(place, batch)) ?? { journal: [] };
    if (isWaiting(batch)) return toReceived(batch, whole);
    let ordinal = first;
    return whole.journal.flatMap((record, at) =>
      record.type === 'received' ? [{ record, place: at, ordinal: ordinal++ }] : [],
    );
  }

  #stored(run: string, agent: string): StoredRecord[] {
    const stored: StoredRecord[] = [];
    const order = new RecordOrder(this.trimmed(run, agent), this.#lose);
    const range = { start: [run, agent, TRIM_SEQUENCE], end: [run, agent, Number.MAX_SAFE_INTEGER] };
    for (const { key, value } of this.#batches.getRange(range)) {
      const place = toPlace(key, { run, agent }, this.#lose);
      if (place === undefined || place.record === TRIM_SEQUENCE) continue;
      const isWhole = order.isWhole(place);
      if (isWhole) order.take(place);
      const batch = decode<StoredBatch | WaitingBatch>(value, place, this.#lose);
      if (!isWhole && (batch === undefined || isWaiting(batch))) order.takeWaiting();
      // Of what was trimmed, a damaged file that is read without LMDB may still have some.
      if (batch !== undefined && (isWhole || isWaiting(batch))) stored.push({ place, batch });
    }
    order.end(run, agent);
    return stored;
  }
}

export interface LastStored {
  readonly snapshot: MemorySnapshot;
  readonly snapshotAt: number;
  readonly lastTurn: number;
}

/** Without decoding it. One in a file may. */
function mayHaveReceived(value: Uint8Array, place: Place, lose: Lose): boolean {
  try {
    const content = checkRecord(value);
    return content.includes(RECEIVED) || content.subarray(0, BLOB.length).equals(BLOB);
  } catch (error) {
    lose({ ...place, problem: (error as Error).message }, error);
    return false;
  }
}

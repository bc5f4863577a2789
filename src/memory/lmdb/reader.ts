import type { MemoryBatch, MemorySnapshot, RunRecord } from '../../protocol.ts';
import { compareNatural } from '../natural-order.ts';
import { compareRuns } from '../run-order.ts';
import type { Blobs } from './blobs.ts';
import type { Damage } from './damage.ts';
import { checkGap, decode, KEY_PROBLEM, type Lose, type Place, refuse, toPlace } from './place.ts';
import { checkRecord, decodeRecord } from './record.ts';
import type { TableKey } from './table-key.ts';

export type BatchKey = [run: string, agent: string, sequence: number];

/** What is read of a database: entries in the order of their keys. `end` is not included. */
export interface Table {
  get(key: string): Uint8Array | undefined;
  getRange(options: {
    readonly start?: RangeKey;
    readonly end?: RangeKey;
    readonly reverse?: boolean;
    readonly limit?: number;
  }): Iterable<{ readonly key: unknown; readonly value: Uint8Array }>;
}
type RangeKey = string | Exclude<TableKey, string>[number][];

/** A batch as the database holds it: itself, or the name of the file it is in. */
export type StoredBatch = MemoryBatch | { readonly blob: string; readonly snapshot?: MemorySnapshot };

/** Sorts after every text that comes next in a key: no byte of UTF-8 is as high. */
export const AFTER_ALL = Uint8Array.of(0xff);
/** How the JSON of a batch begins that is in a file. */
const BLOB = Buffer.from('{"blob":');

/**
 * Reads what a `MemoryStore` in a directory holds.
 *
 * Contract: goes through the database without a pause, so that no read transaction stays open; only files are awaited.
 * With `onDamage` what is damaged is told and left out, and all the rest is read; `snapshots` then checks every record.
 *
 * @throws {TroupeError} Every method without `onDamage`: `STORE_FAILED` naming the run, the agent and the record, if one
 * is damaged or missing.
 */
export class Reader {
  readonly #runs: Table;
  readonly #batches: Table;
  readonly #blobs: Blobs;
  readonly #onDamage: Lose | undefined;
  readonly #lose: Lose;

  constructor(runs: Table, batches: Table, blobs: Blobs, onDamage?: (damage: Damage) => void) {
    this.#runs = runs;
    this.#batches = batches;
    this.#blobs = blobs;
    this.#onDamage = onDamage;
    this.#lose = onDamage ?? refuse;
  }

  runs(): RunRecord[] {
    const runs: RunRecord[] = [];
    const known = new Set<string>();
    for (const { key, value } of this.#runs.getRange({})) {
      const record = decode<RunRecord>(value, { run: String(key) }, this.#lose);
      known.add(record?.id ?? String(key));
      if (record !== undefined) runs.push(record);
    }
    if (this.#onDamage !== undefined) this.#findLostRuns(known);
    return runs.sort(compareRuns);
  }

  run(id: string): RunRecord | undefined {
    const value = this.#runs.get(id);
    return value === undefined ? undefined : decode<RunRecord>(value, { run: id }, this.#lose);
  }

  async batches(run: string, agent: string): Promise<MemoryBatch[]> {
    const stored: { readonly place: Place; readonly batch: StoredBatch }[] = [];
    let next = 1;
    for (const { key, value } of this.#batches.getRange({
      start: [run, agent, 0],
      end: [run, agent, Number.MAX_SAFE_INTEGER],
    })) {
      const place = toPlace(key, { run, agent }, this.#lose);
      if (place === undefined) continue;
      checkGap(place, next, this.#lose);
      next = place.record + 1;
      const batch = decode<StoredBatch>(value, place, this.#lose);
      if (batch !== undefined) stored.push({ place, batch });
    }
    const batches: MemoryBatch[] = [];
    for (const { place, batch } of stored) {
      const whole = 'blob' in batch ? await this.#readBlob(place, batch.blob) : batch;
      if (whole !== undefined) batches.push(whole);
    }
    return batches;
  }

  snapshot(run: string, agent: string): MemorySnapshot | undefined {
    return this.#lastSnapshot(run, agent, this.#lose);
  }

  /** Without `onDamage` jumps over what is older than an agent's last snapshot: about 12 us each. */
  async snapshots(run: string): Promise<MemorySnapshot[]> {
    const snapshots = this.#onDamage === undefined ? this.#lastSnapshots(run) : await this.#survey(run, this.#onDamage);
    return snapshots.sort((a, b) => compareNatural(a.agent, b.agent));
  }

  /** Of the run's batches, by agent and sequence. */
  keys(run: string): BatchKey[] {
    const keys: BatchKey[] = [];
    for (const { key } of this.#batches.getRange({ start: [run], end: [run, AFTER_ALL] })) {
      // One that is damaged names nothing.
      if (toPlace(key, { run }, () => {}) !== undefined) keys.push(key as BatchKey);
    }
    return keys;
  }

  /** What a run's record, batches and files take, in bytes. */
  async bytes(run: string): Promise<number> {
    let bytes = this.#runs.get(run)?.byteLength ?? 0;
    for (const { value } of this.#batches.getRange({ start: [run], end: [run, AFTER_ALL] })) bytes += value.byteLength;
    return bytes + (await this.#blobs.bytes(run));
  }

  isEmpty(run: string): boolean {
    for (const _ of this.#batches.getRange({ start: [run], end: [run, AFTER_ALL], limit: 1 })) return false;
    return true;
  }

  /** @returns The number of the agent's next batch; the first is 1. */
  nextSequence(run: string, agent: string): number {
    for (const { key } of this.#backwards(run, agent, 1)) {
      return (toPlace(key, { run, agent }, refuse)?.record ?? 0) + 1;
    }
    return 1;
  }

  #backwards(run: string, agent: string, limit?: number): ReturnType<Table['getRange']> {
    return this.#batches.getRange({
      start: [run, agent, Number.MAX_SAFE_INTEGER],
      end: [run, agent],
      reverse: true,
      ...(limit !== undefined && { limit }),
    });
  }

  #lastSnapshot(run: string, agent: string, lose: Lose): MemorySnapshot | undefined {
    for (const { key, value } of this.#backwards(run, agent)) {
      const place = toPlace(key, { run, agent }, lose);
      const snapshot = place && readSnapshot(value, place, lose);
      if (snapshot !== undefined) return snapshot;
    }
    return undefined;
  }

  /** From the last agent to the first. */
  #lastSnapshots(run: string): MemorySnapshot[] {
    const snapshots = new Map<string, MemorySnapshot>();
    let start: RangeKey | undefined = [run, AFTER_ALL];
    while (start !== undefined) {
      let next: RangeKey | undefined;
      for (const { key, value } of this.#batches.getRange({ start, end: [run], reverse: true })) {
        const place = toPlace(key, { run }, refuse);
        const snapshot = place && readSnapshot(value, place, refuse);
        if (place === undefined || snapshot === undefined) continue;
        // A damaged key may sort elsewhere than what is read from it, and lead back here.
        if (snapshots.has(place.agent)) refuse({ run, problem: KEY_PROBLEM });
        snapshots.set(place.agent, snapshot);
        next = [run, place.agent];
        break;
      }
      start = next;
    }
    return [...snapshots.values()];
  }

  /** Checks every record of a run. */
  async #survey(run: string, lose: Lose): Promise<MemorySnapshot[]> {
    const agents = new Map<string, number>();
    const inFiles: { readonly place: Place; readonly value: Uint8Array }[] = [];
    for (const { key, value } of this.#batches.getRange({ start: [run], end: [run, AFTER_ALL] })) {
      const place = toPlace(key, { run }, lose);
      if (place === undefined) continue;
      checkGap(place, agents.get(place.agent) ?? 1, lose);
      agents.set(place.agent, place.record + 1);
      try {
        if (checkRecord(value).subarray(0, BLOB.length).equals(BLOB)) inFiles.push({ place, value });
      } catch (error) {
        lose({ ...place, problem: (error as Error).message });
      }
    }
    // What is damaged has been told.
    const snapshots = [...agents.keys()].flatMap((agent) => this.#lastSnapshot(run, agent, () => {}) ?? []);
    for (const { place, value } of inFiles) {
      await this.#readBlob(place, (decodeRecord(value) as { readonly blob: string }).blob);
    }
    return snapshots;
  }

  /** Runs of which there are batches and no record. */
  #findLostRuns(known: Set<string>): void {
    const seen = new Set<string>();
    for (let start: RangeKey | undefined = ['']; start !== undefined; ) {
      let run: string | undefined;
      for (const { key } of this.#batches.getRange({ start, limit: 1 })) run = toPlace(key, {}, this.#lose)?.run;
      if (run === undefined || seen.has(run)) return;
      seen.add(run);
      if (!known.has(run)) this.#lose({ run, problem: 'its record is missing' });
      start = [run, AFTER_ALL];
    }
  }

  async #readBlob(place: Place, name: string): Promise<MemoryBatch | undefined> {
    try {
      return decodeRecord(await this.#blobs.read(place.run, name)) as MemoryBatch;
    } catch (error) {
      this.#lose({ ...place, problem: (error as Error).message }, error);
      return undefined;
    }
  }
}

function readSnapshot(value: Uint8Array, place: Place, lose: Lose): MemorySnapshot | undefined {
  const snapshot = decode<StoredBatch>(value, place, lose)?.snapshot;
  if (snapshot === undefined || snapshot.agent === place.agent) return snapshot;
  lose({ ...place, problem: `it belongs to agent "${snapshot.agent}"` });
  return undefined;
}

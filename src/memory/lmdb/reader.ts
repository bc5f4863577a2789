import type { MemoryBatch, MemorySnapshot, RunRecord } from '../../protocol.ts';
import { compareNatural } from '../natural-order.ts';
import { compareRuns } from '../run-order.ts';
import { AgentRecords } from './agent-records.ts';
import type { Blobs } from './blobs.ts';
import type { Damage } from './damage.ts';
import { decode, KEY_PROBLEM, type Lose, type Place, refuse, toPlace } from './place.ts';
import { checkRecord, decodeRecord } from './record.ts';
import type { BatchKey, RangeKey, StoredBatch, Table } from './table.ts';
import { isWaiting, RecordOrder, TRIM_SEQUENCE } from './trim-record.ts';

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
  /** Of one agent. */
  readonly records: AgentRecords;
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
    this.records = new AgentRecords(batches, blobs, this.#lose);
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

  batches(run: string, agent: string): Promise<MemoryBatch[]> {
    return this.records.batches(run, agent);
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
    const agents = new Map<string, RecordOrder>();
    const inFiles: { readonly place: Place; readonly value: Uint8Array }[] = [];
    for (const { key, value } of this.#batches.getRange({ start: [run], end: [run, AFTER_ALL] })) {
      const place = toPlace(key, { run }, lose);
      if (place === undefined) continue;
      const { agent } = place;
      const order = agents.get(agent) ?? new RecordOrder(this.records.trimmed(run, agent), lose);
      agents.set(agent, order);
      if (place.record === TRIM_SEQUENCE) continue;
      const isWhole = order.isWhole(place);
      if (isWhole) order.take(place);
      try {
        const content = checkRecord(value);
        const isOld = !isWhole && !isWaiting(decodeRecord(value) as object);
        if (isOld) continue;
        if (content.subarray(0, BLOB.length).equals(BLOB)) inFiles.push({ place, value });
      } catch (error) {
        lose({ ...place, problem: (error as Error).message });
      }
      if (!isWhole) order.takeWaiting();
    }
    for (const [agent, order] of agents) order.end(run, agent);
    // What is damaged has been told.
    const snapshots = [...agents.keys()].flatMap((agent) => this.#lastSnapshot(run, agent, () => {}) ?? []);
    for (const { place, value } of inFiles) {
      await this.records.whole(place, decodeRecord(value) as { readonly blob: string });
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
}

function readSnapshot(value: Uint8Array, place: Place, lose: Lose): MemorySnapshot | undefined {
  const snapshot = decode<StoredBatch>(value, place, lose)?.snapshot;
  if (snapshot === undefined || snapshot.agent === place.agent) return snapshot;
  lose({ ...place, problem: `it belongs to agent "${snapshot.agent}"` });
  return undefined;
}

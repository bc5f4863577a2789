import { TroupeError } from '../../base/errors.ts';
import type { MemoryBatch, MemorySnapshot, RunRecord } from '../../protocol.ts';
import { compareNatural } from '../natural-order.ts';
import { compareRuns } from '../run-order.ts';
import type { Blobs } from './blobs.ts';
import { decodeRecord } from './record.ts';

export type BatchKey = [run: string, agent: string, sequence: number];

/** What is read of a database: entries in the order of their keys. `end` is not included. */
export interface Table {
  get(key: string): Uint8Array | undefined;
  getRange(options: {
    readonly start?: TableKey;
    readonly end?: TableKey;
    readonly reverse?: boolean;
    readonly limit?: number;
  }): Iterable<{ readonly key: unknown; readonly value: Uint8Array }>;
}
type TableKey = string | (string | number | Uint8Array)[];

/** A batch as the database holds it: itself, or the name of the file it is in. */
export type StoredBatch = MemoryBatch | { readonly blob: string; readonly snapshot?: MemorySnapshot };

/** Sorts after every agent id of a run: no byte of UTF-8 is as high. */
const AFTER_ALL = Uint8Array.of(0xff);

/**
 * Reads what a `MemoryStore` in a directory holds.
 *
 * Contract: goes through the database without a pause, so that no read transaction stays open; only files are awaited.
 *
 * @throws {TroupeError} Every method: `STORE_FAILED` naming the run, the agent and the record, if one is damaged.
 */
export class Reader {
  readonly #runs: Table;
  readonly #batches: Table;
  readonly #blobs: Blobs;

  constructor(runs: Table, batches: Table, blobs: Blobs) {
    this.#runs = runs;
    this.#batches = batches;
    this.#blobs = blobs;
  }

  runs(): RunRecord[] {
    const runs: RunRecord[] = [];
    for (const { key, value } of this.#runs.getRange({})) runs.push(toRun(value, String(key)));
    return runs.sort(compareRuns);
  }

  run(id: string): RunRecord | undefined {
    const value = this.#runs.get(id);
    return value === undefined ? undefined : toRun(value, id);
  }

  async batches(run: string, agent: string): Promise<MemoryBatch[]> {
    const stored: { readonly key: BatchKey; readonly batch: StoredBatch }[] = [];
    for (const { key, value } of this.#batches.getRange({
      start: [run, agent, 0],
      end: [run, agent, Number.MAX_SAFE_INTEGER],
    })) {
      stored.push({ key: key as BatchKey, batch: toBatch(value, key as BatchKey) });
    }
    const batches: MemoryBatch[] = [];
    for (const { key, batch } of stored) {
      batches.push('blob' in batch ? await this.#readBlob(key, batch.blob) : batch);
    }
    return batches;
  }

  snapshot(run: string, agent: string): MemorySnapshot | undefined {
    for (const { key, value } of this.#batches.getRange({
      start: [run, agent, Number.MAX_SAFE_INTEGER],
      end: [run, agent],
      reverse: true,
    })) {
      const { snapshot } = toBatch(value, key as BatchKey);
      if (snapshot !== undefined) return snapshot;
    }
    return undefined;
  }

  /** From the last agent to the first, jumping over what is older than an agent's last snapshot: about 12 us each. */
  snapshots(run: string): MemorySnapshot[] {
    const snapshots: MemorySnapshot[] = [];
    let start: TableKey | undefined = [run, AFTER_ALL];
    while (start !== undefined) {
      let next: TableKey | undefined;
      for (const { key, value } of this.#batches.getRange({ start, end: [run], reverse: true })) {
        const { snapshot } = toBatch(value, key as BatchKey);
        if (snapshot === undefined) continue;
        snapshots.push(snapshot);
        next = [run, (key as BatchKey)[1]];
        break;
      }
      start = next;
    }
    return snapshots.sort((a, b) => compareNatural(a.agent, b.agent));
  }

  /** Of the run's batches, by agent and sequence. */
  keys(run: string): BatchKey[] {
    const keys: BatchKey[] = [];
    for (const { key } of this.#batches.getRange({ start: [run], end: [run, AFTER_ALL] })) keys.push(key as BatchKey);
    return keys;
  }

  isEmpty(run: string): boolean {
    for (const _ of this.#batches.getRange({ start: [run], end: [run, AFTER_ALL], limit: 1 })) return false;
    return true;
  }

  /** @returns The number of the agent's next batch; the first is 1. */
  nextSequence(run: string, agent: string): number {
    for (const { key } of this.#batches.getRange({
      start: [run, agent, Number.MAX_SAFE_INTEGER],
      end: [run, agent],
      reverse: true,
      limit: 1,
    })) {
      return (key as BatchKey)[2] + 1;
    }
    return 1;
  }

  async #readBlob(key: BatchKey, name: string): Promise<MemoryBatch> {
    try {
      return decodeRecord(await this.#blobs.read(key[0], name)) as MemoryBatch;
    } catch (error) {
      throw unreadable(describeBatch(key), error);
    }
  }
}

function toRun(value: Uint8Array, id: string): RunRecord {
  try {
    return decodeRecord(value) as RunRecord;
  } catch (error) {
    throw unreadable(`run "${id}"`, error);
  }
}

function toBatch(value: Uint8Array, key: BatchKey): StoredBatch {
  try {
    return decodeRecord(value) as StoredBatch;
  } catch (error) {
    throw unreadable(describeBatch(key), error);
  }
}

function describeBatch([run, agent, sequence]: BatchKey): string {
  return `record ${sequence} of agent "${agent}" in run "${run}"`;
}

function unreadable(what: string, error: unknown): TroupeError {
  return new TroupeError('STORE_FAILED', `Cannot read ${what}: ${(error as Error).message}`, { cause: error });
}

import type { MemoryBatch, MemorySnapshot } from '../../protocol.ts';
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
export type RangeKey = string | Exclude<TableKey, string>[number][];

/** A batch as the database holds it: itself, or the name of the file it is in. */
export type StoredBatch = MemoryBatch | { readonly blob: string; readonly snapshot?: MemorySnapshot };

import type { PageFile } from './page-file.ts';
import type { Entry } from './page-walk.ts';
import type { Table } from './table.ts';
import { decodeKey, encodeKey } from './table-key.ts';

type Range = Parameters<Table['getRange']>[0];

/** What is whole of a table, read from the pages of a damaged data file without LMDB. */
export class SalvagedTable implements Table {
  readonly #file: PageFile;
  /** By key. */
  readonly #entries: readonly Entry[];

  constructor(file: PageFile, entries: readonly Entry[]) {
    this.#file = file;
    this.#entries = [...entries].sort((a, b) => Buffer.compare(a.key, b.key));
  }

  get(key: string): Uint8Array | undefined {
    const bytes = encodeKey(key);
    const entry = this.#entries[this.#find(bytes)];
    return entry === undefined || !entry.key.equals(bytes) ? undefined : this.#value(entry);
  }

  *getRange({ start, end, reverse = false, limit = Number.POSITIVE_INFINITY }: Range): Generator<{
    readonly key: unknown;
    readonly value: Uint8Array;
  }> {
    const last = end === undefined ? undefined : encodeKey(end);
    const step = reverse ? -1 : 1;
    let place = start === undefined ? (reverse ? this.#entries.length - 1 : 0) : this.#begin(encodeKey(start), reverse);
    for (let count = 0; count < limit; count++) {
      const entry = this.#entries[place];
      if (entry === undefined) return;
      if (last !== undefined && step * Buffer.compare(entry.key, last) >= 0) return;
      yield { key: decodeKey(entry.key), value: this.#value(entry) };
      place += step;
    }
  }

  /** The keys and values as they are in the file. */
  *raw(): Generator<{ readonly key: Buffer; readonly value: Buffer }> {
    for (const entry of this.#entries) yield { key: entry.key, value: this.#value(entry) };
  }

  #begin(key: Buffer, reverse: boolean): number {
    const place = this.#find(key);
    if (!reverse) return place;
    return this.#entries[place]?.key.equals(key) ? place : place - 1;
  }

  /** @returns The place of the first entry that is not before `key`. */
  #find(key: Buffer): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && Buffer.compare(entry.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #value({ offset, length }: Entry): Buffer {
    return this.#file.read(offset, length);
  }
}

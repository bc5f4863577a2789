import { encodeRecord } from '../../../src/memory/lmdb/record.ts';
import type { BatchKey, Table } from '../../../src/memory/lmdb/table.ts';

type Entry = { readonly key: string | BatchKey; value: Uint8Array };
type Range = Parameters<Table['getRange']>[0];

/** A table as LMDB has it, for keys of ASCII letters; counts the entries read. */
export class Entries implements Table {
  readonly entries: Entry[] = [];
  read = 0;

  add(key: Entry['key'], value: unknown): void {
    this.entries.push({ key, value: encodeRecord(value) });
    this.entries.sort((a, b) => compare([a.key].flat(), [b.key].flat()));
  }

  get(key: string): Uint8Array | undefined {
    return this.entries.find((entry) => entry.key === key)?.value;
  }

  *getRange({ start, end, reverse = false, limit = Number.POSITIVE_INFINITY }: Range): Generator<Entry> {
    const sign = reverse ? -1 : 1;
    let count = 0;
    for (const entry of reverse ? [...this.entries].reverse() : this.entries) {
      const key = [entry.key].flat();
      if (start !== undefined && sign * compare(key, [start].flat()) < 0) continue;
      if (end !== undefined && sign * compare(key, [end].flat()) >= 0) return;
      if (count++ === limit) return;
      this.read++;
      yield entry;
    }
  }
}

/** Part by part, a shorter key first, and bytes after all text. */
function compare(a: readonly unknown[], b: readonly unknown[]): number {
  for (let part = 0; part < Math.min(a.length, b.length); part++) {
    const [left, right] = [a[part], b[part]];
    if (left instanceof Uint8Array || right instanceof Uint8Array) return left instanceof Uint8Array ? 1 : -1;
    if (left !== right) return (left as string) < (right as string) ? -1 : 1;
  }
  return a.length - b.length;
}

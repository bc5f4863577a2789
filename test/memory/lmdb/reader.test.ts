import { describe, expect, test } from 'vitest';
import { createBlobs } from '../../../src/memory/lmdb/blobs.ts';
import { type BatchKey, Reader, type Table } from '../../../src/memory/lmdb/reader.ts';
import { encodeRecord } from '../../../src/memory/lmdb/record.ts';
import { batchOf, runOf, snapshotOf } from '../records.ts';

type Entry = { readonly key: string | BatchKey; value: Uint8Array };
type Range = Parameters<Table['getRange']>[0];

/** A table as LMDB has it, for keys of ASCII letters; counts the entries read. */
class Entries implements Table {
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

function readerOf(): { readonly reader: Reader; readonly runs: Entries; readonly batches: Entries } {
  const runs = new Entries();
  const batches = new Entries();
  return { reader: new Reader(runs, batches, createBlobs('/does/not/exist')), runs, batches };
}

describe('a reader', () => {
  test('finds the last snapshot of each agent, also behind batches without one', () => {
    const { reader, batches } = readerOf();
    const { journal, transcript } = batchOf('a', 9);
    batches.add(['q', 'z', 1], batchOf('z', 1));
    batches.add(['r', 'a', 1], batchOf('a', 1));
    batches.add(['r', 'a', 2], batchOf('a', 2));
    for (let sequence = 3; sequence < 60; sequence++) batches.add(['r', 'a', sequence], { journal, transcript });
    batches.add(['r', 'b', 1], { journal, transcript });
    batches.add(['r', 'c', 1], batchOf('c', 1));
    batches.add(['s', 'a', 1], batchOf('a', 7));
    expect(reader.snapshots('r')).toEqual([snapshotOf('a', 2), snapshotOf('c', 1)]);
    expect(reader.snapshot('r', 'a')).toEqual(snapshotOf('a', 2));
    expect(reader.snapshot('r', 'b')).toBeUndefined();
  });

  test('does not go through an agent’s whole past for its snapshot', () => {
    const { reader, batches } = readerOf();
    for (const agent of ['a', 'b']) {
      for (let sequence = 1; sequence <= 500; sequence++) batches.add(['r', agent, sequence], batchOf(agent, sequence));
    }
    expect(reader.snapshots('r')).toEqual([snapshotOf('a', 500), snapshotOf('b', 500)]);
    expect(batches.read).toBe(2);
  });

  test('numbers an agent’s next batch, from 1', () => {
    const { reader, batches } = readerOf();
    batches.add(['r', 'a', 41], batchOf('a', 1));
    batches.add(['r', 'a1', 99], batchOf('a1', 1));
    expect(reader.nextSequence('r', 'a')).toBe(42);
    expect(reader.nextSequence('r', 'b')).toBe(1);
    expect([reader.isEmpty('r'), reader.isEmpty('r1')]).toEqual([false, true]);
    expect(reader.keys('r')).toEqual([
      ['r', 'a', 41],
      ['r', 'a1', 99],
    ]);
  });

  test('tells which record is damaged', async () => {
    const { reader, runs, batches } = readerOf();
    runs.add('r', runOf('r'));
    runs.add('s', runOf('s'));
    batches.add(['r', 'a', 1], batchOf('a', 1));
    runs.entries[0]!.value = Uint8Array.of(1, 2, 3);
    batches.entries[0]!.value = Uint8Array.of(9, 0, 0, 0, 0, 0);
    const damaged = (message: string) => expect.objectContaining({ code: 'STORE_FAILED', message });
    expect(() => reader.run('r')).toThrow(damaged('Cannot read run "r": it is cut off after 3 bytes'));
    expect(() => reader.runs()).toThrow(damaged('Cannot read run "r": it is cut off after 3 bytes'));
    expect(reader.run('s')).toEqual(runOf('s'));
    await expect(reader.batches('r', 'a')).rejects.toEqual(
      damaged('Cannot read record 1 of agent "a" in run "r": it has layout 9, and only 1 is known here'),
    );
  });

  test('tells which record a missing file belongs to', async () => {
    const { reader, batches } = readerOf();
    batches.add(['r', 'a', 3], { blob: 'abc', snapshot: snapshotOf('a', 3) });
    expect(reader.snapshot('r', 'a')).toEqual(snapshotOf('a', 3));
    await expect(reader.batches('r', 'a')).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/^Cannot read record 3 of agent "a" in run "r": ENOENT/),
    });
  });
});

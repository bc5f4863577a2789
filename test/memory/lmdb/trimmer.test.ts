import { describe, expect, test } from 'vitest';
import { STORE_TRIM_BATCHES, STORE_TRIMS } from '../../../src/base/limits.ts';
import { AgentRecords } from '../../../src/memory/lmdb/agent-records.ts';
import { createBlobs } from '../../../src/memory/lmdb/blobs.ts';
import { refuse } from '../../../src/memory/lmdb/place.ts';
import { decodeRecord } from '../../../src/memory/lmdb/record.ts';
import { Slices } from '../../../src/memory/lmdb/slices.ts';
import { Trimmer } from '../../../src/memory/lmdb/trimmer.ts';
import type { Write } from '../../../src/memory/lmdb/write-queue.ts';
import type { MemoryBatch } from '../../../src/protocol.ts';
import { answerOf, messageOf, receivedOf } from '../records.ts';
import { Entries } from './entries.ts';

/** Agent `a` with batches numbered from 1, and a disk that takes each transaction when the test says so. */
function trimmerOf(batches: readonly MemoryBatch[]) {
  const entries = new Entries();
  for (const [index, batch] of batches.entries()) entries.add(['r', 'a', index + 1], batch);
  const transactions: Write[][] = [];
  const pending: (() => void)[] = [];
  const disk = { holds: false, pending };
  const apply = (writes: readonly Write[]): void => {
    for (const { key, value } of writes) {
      const at = entries.entries.findIndex((entry) => String(entry.key) === String(key));
      if (at >= 0) entries.entries.splice(at, 1);
      if (value !== undefined) entries.add(key as [string, string, number], decodeRecord(value));
    }
  };
  const queue = {
    async addAll(writes: readonly Write[]): Promise<void> {
      transactions.push([...writes]);
      if (disk.holds) await new Promise<void>((resolve) => pending.push(resolve));
      apply(writes);
    },
  };
  const removed: string[] = [];
  const blobs = {
    removeOwned: async (_: string, name: string) => {
      removed.push(name);
    },
  };
  const records = new AgentRecords(entries, createBlobs('/does/not/exist'), refuse);
  const slices = new Slices({ defer: (fn) => setImmediate(fn) }, (work) => work());
  const trimmer = new Trimmer({ records, queue, blobs, slices });
  const trim = (turns: number, until = 1e9) => trimmer.trim({ run: 'r', agent: 'a', turns, until });
  return { entries, transactions, disk, trim, removed };
}

const numbers = (entries: Entries): unknown[] => entries.entries.map(({ key }) => key[2]);

describe('a trim', () => {
  test('is one transaction, with the note of what has gone', async () => {
    const { entries, transactions, trim } = trimmerOf([1, 2, 3, 4].map((turn) => answerOf(turn)));
    await trim(2);
    expect(numbers(entries)).toEqual([0, 3, 4]);
    expect(transactions).toHaveLength(1);
    expect(transactions[0]?.every(({ isUpkeep }) => isUpkeep)).toBe(true);
    expect(decodeRecord(entries.entries[0]!.value)).toEqual({
      trimmed: { from: 3, messages: 4, received: 0, waiting: 0 },
    });
    await trim(2);
    expect(transactions).toHaveLength(1);
  });

  test('of many batches goes by steps, each of which leaves a whole', async () => {
    const turns = 3 * STORE_TRIM_BATCHES + 5;
    const { transactions, trim } = trimmerOf(Array.from({ length: turns }, (_, index) => answerOf(index + 1)));
    await trim(5);
    expect(transactions.map((writes) => writes.length)).toEqual(Array(3).fill(STORE_TRIM_BATCHES + 1));
    for (const [step, writes] of transactions.entries()) {
      const note = writes.find(({ key }) => key[2] === (0 as unknown));
      expect(decodeRecord(note!.value!)).toMatchObject({ trimmed: { from: (step + 1) * STORE_TRIM_BATCHES + 1 } });
    }
  });

  test('reads what goes, and not what stays', async () => {
    const { entries, trim } = trimmerOf(Array.from({ length: 900 }, (_, index) => answerOf(index + 1)));
    await trim(890);
    expect(entries.read).toBeLessThan(300);
  });

  test('looks at nothing from its last number on', async () => {
    const { entries, trim } = trimmerOf([1, 2, 3, 4, 5].map((turn) => answerOf(turn)));
    await trim(1, 4);
    expect(numbers(entries)).toEqual([0, 3, 4, 5]);
  });

  test('keeps what waits in its place, and takes it when it was observed', async () => {
    const batches = [receivedOf(0, 'm1'), receivedOf(0, 'm2'), answerOf(1), answerOf(2)];
    const { entries, trim } = trimmerOf([...batches, answerOf(3, messageOf('m1')), answerOf(4)]);
    await trim(1, 5);
    expect(numbers(entries)).toEqual([0, 1, 2, 4, 5, 6]);
    expect(decodeRecord(entries.entries[1]!.value)).toEqual({ ...receivedOf(0, 'm1'), ordinals: [0] });
    await trim(1);
    expect(numbers(entries)).toEqual([0, 2, 6]);
    expect(decodeRecord(entries.entries[0]!.value)).toMatchObject({ trimmed: { received: 2, waiting: 1 } });
  });

  test('removes nothing when a record is damaged or its file is gone', async () => {
    const { entries, transactions, trim, removed } = trimmerOf([1, 2, 3].map((turn) => answerOf(turn)));
    entries.entries.splice(0, 1);
    entries.add(['r', 'a', 1], { blob: 'gone-0', snapshot: answerOf(1).snapshot });
    await expect(trim(1)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect([transactions, removed]).toEqual([[], []]);
  });
});

test('so many go on at once, others wait for their turn', async () => {
  const { disk, trim } = trimmerOf([1, 2, 3].map((turn) => answerOf(turn)));
  disk.holds = true;
  const trims = Array.from({ length: STORE_TRIMS + 3 }, () => trim(1));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(disk.pending).toHaveLength(STORE_TRIMS);
  disk.holds = false;
  for (const resolve of disk.pending) resolve();
  await Promise.all(trims);
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { BatchAppender } from '../../../src/memory/lmdb/batch-appender.ts';
import { createBlobs } from '../../../src/memory/lmdb/blobs.ts';
import { decodeRecord } from '../../../src/memory/lmdb/record.ts';
import { type Write, WriteQueue } from '../../../src/memory/lmdb/write-queue.ts';
import type { Writer } from '../../../src/memory/lmdb/writer.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { batchOf, resultOf, snapshotOf } from '../records.ts';

/** What is used of a writer, with a queue that nobody empties. */
function appenderOf(next = (): number => 1) {
  const folder = join(temporaryFolder(), 'blobs');
  const deferred: (() => Promise<void>)[] = [];
  const queue = new WriteQueue(() => {});
  const writer = {
    queue,
    isBroken: false,
    persist: (work: () => Promise<void>) => work(),
    whenWhole: (work: () => Promise<void>) => {
      deferred.push(work);
      return Promise.resolve();
    },
  };
  const stored = { isEmpty: () => false, nextSequence: next };
  const appender = new BatchAppender(writer as unknown as Writer, createBlobs(folder), stored);
  return { appender, writer, deferred, folder, writes: (): Write[] => queue.unwritten() };
}

test('batches are numbered, going on where the stored ones end, and anew when their run is gone', () => {
  const { appender, writes } = appenderOf(() => 5);
  for (const agent of ['a/0', 'a/0', 'a/1']) void appender.append('r', agent, batchOf(agent, 1));
  appender.forget('r');
  void appender.append('r', 'a/0', batchOf('a/0', 1));
  expect(writes().map(({ key }) => key)).toEqual([
    ['r', 'a/0', 5],
    ['r', 'a/0', 6],
    ['r', 'a/1', 5],
    ['r', 'a/0', 5],
  ]);
  expect(decodeRecord(writes()[0]!.value!)).toEqual(batchOf('a/0', 1));
});

test('a large one becomes a file, and its snapshot stays beside the name of that', async () => {
  const { appender, writes, folder } = appenderOf();
  const large = { ...batchOf('a/0', 1), journal: [resultOf('x'.repeat(1_500_000))] };
  void appender.append('r', 'a/0', large);
  const [write] = writes();
  expect(decodeRecord(write!.value!)).toEqual({ blob: expect.any(String), snapshot: snapshotOf('a/0', 1) });
  expect(write?.outsideBytes).toBeGreaterThan(1_500_000);
  await vi.waitFor(() => expect(readdirSync(folder, { recursive: true })).toHaveLength(2));
});

test('one that cannot be numbered waits until the database is whole again', () => {
  let isStopped = true;
  const { appender, writer, deferred, writes } = appenderOf(() => {
    if (isStopped) throw new Error('MDB_PANIC');
    return 3;
  });
  expect(() => appender.append('r', 'a/0', batchOf('a/0', 1))).toThrow('MDB_PANIC');
  writer.isBroken = true;
  void appender.append('r', 'a/0', batchOf('a/0', 1));
  expect([deferred.length, writes().length]).toEqual([1, 0]);
  isStopped = false;
  void deferred[0]!();
  expect(writes().map(({ key }) => key)).toEqual([['r', 'a/0', 3]]);
});

test('ids that do not fit a key are refused at once', () => {
  const { appender } = appenderOf();
  expect(() => appender.append('r', 'a\0b', batchOf('a', 1))).toThrow(
    expect.objectContaining({ code: 'STORE_FAILED' }),
  );
});

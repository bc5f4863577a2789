import { expect, test } from 'vitest';
import { encodeRecord } from '../../../src/memory/lmdb/record.ts';
import { unwrittenBatches } from '../../../src/memory/lmdb/unwritten-batches.ts';
import type { Write } from '../../../src/memory/lmdb/write-queue.ts';
import { batchOf, runOf, snapshotOf } from '../records.ts';

const writeOf = (run: string, agent: string, sequence: number, value: unknown = batchOf(agent, sequence)): Write => ({
  table: 'batches',
  key: [run, agent, sequence],
  value: encodeRecord(value),
  outsideBytes: 0,
});

test('an agent’s batches that are not on disk come in order, without others’ and without files', () => {
  const writes: Write[] = [
    writeOf('r', 'a/0', 4),
    writeOf('r', 'a/0', 5),
    writeOf('r', 'a/1', 5),
    { table: 'runs', key: 'r', value: encodeRecord(runOf('r')), outsideBytes: 0 },
    writeOf('s', 'a/0', 5),
    writeOf('r', 'a/0', 6, { blob: 'abc', snapshot: snapshotOf('a/0', 6) }),
    { table: 'batches', key: ['r', 'a/0', 1], value: undefined, outsideBytes: 0 },
    writeOf('r', 'a/0', 7),
  ];
  expect(unwrittenBatches(writes, 'r', 'a/0', 5)).toEqual([batchOf('a/0', 5), batchOf('a/0', 7)]);
  expect(unwrittenBatches(writes, 'r', 'a/9', 1)).toEqual([]);
});

import type { MemoryBatch } from '../../protocol.ts';
import { decodeRecord } from './record.ts';
import type { StoredBatch } from './table.ts';
import type { Write } from './write-queue.ts';

/**
 * What an agent has handed over that is not on disk, in order.
 *
 * @param from The first sequence that is not on disk: LMDB may have written more than it has said.
 * @returns Without batches that are to be files: those are in no memory.
 */
export function unwrittenBatches(writes: readonly Write[], run: string, agent: string, from: number): MemoryBatch[] {
  const batches: MemoryBatch[] = [];
  for (const { table, key, value } of writes) {
    if (table !== 'batches' || value === undefined || typeof key === 'string') continue;
    if (key[0] !== run || key[1] !== agent || Number(key[2]) < from) continue;
    const batch = decodeRecord(value) as StoredBatch;
    if (!('blob' in batch)) batches.push(batch);
  }
  return batches;
}

import type { JournalRecord, MemorySpec } from '../protocol.ts';
import { openLmdbStore } from './lmdb.ts';
import type { MemoryStore } from './memory-store.ts';

/** What one run remembers of its agents, for whoever looks at it, during the run and after its end. */
export interface RunMemory {
  /**
   * An agent's journal up to this moment.
   *
   * @param pending What the agent has not yet handed to the store: always the same array until it does so.
   */
  journal(agent: string, pending: () => readonly JournalRecord[] | undefined): Promise<readonly JournalRecord[]>;
  /** The run has ended: closes its store. Reading goes on, from the data directory. */
  end(): Promise<void>;
  /** Ends reading after the end too. The run's own store is left alone while it is under way. Idempotent. */
  close(): Promise<void>;
}

/** An agent that stores turns faster than they can be read is read so often; what it has added meanwhile is left out. */
const READS_MAX = 5;

export function createRunMemory(
  store: MemoryStore,
  { run, kind, directory }: { run: string; kind: MemorySpec['store']; directory: string },
): RunMemory {
  /** Set at the run's end: resolves when its store is closed. */
  let ended: Promise<void> | undefined;
  let reader: Promise<MemoryStore> | undefined;

  const open = (): MemoryStore | Promise<MemoryStore> => {
    if (ended === undefined) return store;
    reader ??= ended.then(() => openLmdbStore(directory, { readOnly: true }));
    return reader;
  };

  return {
    async journal(agent, pending) {
      const source = await open();
      for (let reads = 1; ; reads++) {
        const before = pending();
        const stored = await source.journal(run, agent);
        // Nothing was handed over meanwhile: together they are everything, and nothing is there twice.
        if (pending() === before) return [...stored, ...(before ?? [])];
        if (reads === READS_MAX) return stored;
      }
    },
    async end() {
      // A store in memory is all there is of the run; it goes with whoever holds it.
      if (kind !== 'lmdb') return;
      ended ??= store.close().catch(() => undefined);
      await ended;
    },
    async close() {
      await (await reader?.catch(() => undefined))?.close().catch(() => undefined);
    },
  };
}

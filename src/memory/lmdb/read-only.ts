import { TroupeError } from '../../base/errors.ts';
import type { MemoryStore } from '../memory-store.ts';
import type { LmdbStore } from './directory-store.ts';

/**
 * The same store, for those who only look.
 *
 * @param directory Named in the refusal.
 * @returns A store whose `putRun`, `deleteRun`, `append`, `trim`, `putNote` and `deleteNote` reject with `STORE_FAILED`.
 */
export function toReadOnly(store: MemoryStore, directory: string): LmdbStore {
  const refuse = (): Promise<never> => {
    const refused = Promise.reject(
      new TroupeError('STORE_FAILED', `Cannot write to "${directory}": it was opened for reading`),
    );
    refused.catch(() => {});
    return refused;
  };
  return {
    putRun: refuse,
    deleteRun: refuse,
    append: refuse,
    trim: refuse,
    putNote: refuse,
    deleteNote: refuse,
    runs: () => store.runs(),
    run: (id) => store.run(id),
    bytes: (id) => store.bytes(id),
    room: () => undefined,
    endure: () => () => {},
    ready: () => undefined,
    downMs: () => 0,
    flush: async () => {},
    journal: (run, agent) => store.journal(run, agent),
    history: (run, agent) => store.history(run, agent),
    transcript: (run, agent) => store.transcript(run, agent),
    snapshot: (run, agent) => store.snapshot(run, agent),
    snapshots: (run) => store.snapshots(run),
    received: (run, agent, range) => store.received(run, agent, range),
    notes: (run, owner) => store.notes(run, owner),
    stats: () => ({ writes: 0, bytes: 0 }),
    handedOverBytes: () => 0,
    close: () => store.close(),
  };
}

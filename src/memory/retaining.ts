import type { KeepSpec } from '../protocol.ts';
import { measureFree } from './lmdb/compact.ts';
import { compactLmdbStore } from './lmdb.ts';
import type { MemoryStore } from './memory-store.ts';
import { planRetention, type SizedRun } from './plan-retention.ts';

/** Of the file, free: it is made smaller then. */
const WORTH_COMPACTING = 0.5;

export interface Retention {
  /** The run whose end removes others. */
  readonly run: string;
  readonly scenario: string;
  readonly keep: KeepSpec;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The data directory. */
  readonly directory: string;
}

/**
 * A store that, when it is closed after its run has ended, first removes older runs of the same scenario that are beyond
 * what is to be kept. A run that is interrupted removes nothing.
 */
export function createRetainingStore(inner: MemoryStore, retention: Retention): MemoryStore {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const removed = await removeOlder(inner, retention).catch((error: unknown) => {
      warn(error);
      return 0;
    });
    await inner.close();
    if (removed > 0) await compactIfWorthIt(retention.directory).catch(warn);
  };
  return {
    putRun: (run) => inner.putRun(run),
    runs: () => inner.runs(),
    run: (id) => inner.run(id),
    deleteRun: (id) => inner.deleteRun(id),
    bytes: (id) => inner.bytes(id),
    append: (run, agent, batch, options) => inner.append(run, agent, batch, options),
    room: () => inner.room(),
    endure: (tell) => inner.endure(tell),
    ready: () => inner.ready(),
    downMs: () => inner.downMs(),
    flush: () => inner.flush(),
    journal: (run, agent) => inner.journal(run, agent),
    history: (run, agent) => inner.history(run, agent),
    transcript: (run, agent) => inner.transcript(run, agent),
    snapshot: (run, agent) => inner.snapshot(run, agent),
    snapshots: (run) => inner.snapshots(run),
    received: (run, agent, range) => inner.received(run, agent, range),
    trim: (run, agent, options) => inner.trim(run, agent, options),
    putNote: (run, owner, note) => inner.putNote(run, owner, note),
    deleteNote: (run, owner, key) => inner.deleteNote(run, owner, key),
    notes: (run, owner) => inner.notes(run, owner),
    ...(inner.outside !== undefined && { outside: inner.outside }),
    stats: () => inner.stats(),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** @returns How many runs have gone. */
async function removeOlder(store: MemoryStore, { run, scenario, keep, now }: Retention): Promise<number> {
  const status = (await store.run(run))?.status;
  if (status === undefined || status === 'running' || status === 'interrupted') return 0;
  const records = await store.runs();
  const sized: SizedRun[] = [];
  for (const record of records) {
    // A rehearsal replaces the one before it; it is no run of many.
    if (record.scenario !== scenario || record.virtual) continue;
    sized.push({ run: record, bytes: await store.bytes(record.id) });
  }
  const gone = planRetention(sized, keep, { now: now(), spare: run });
  for (const { run: old } of gone) await store.deleteRun(old.id);
  return gone.length;
}

/** A smaller file costs a copy of it; what has come free is used by the next runs otherwise. */
async function compactIfWorthIt(directory: string): Promise<void> {
  if (measureFree(directory) > WORTH_COMPACTING) await compactLmdbStore(directory);
}

/** The run itself is over and stored: this costs nobody its result. */
function warn(error: unknown): void {
  process.emitWarning(`Older runs are still there: ${(error as Error).message}`);
}

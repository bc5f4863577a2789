import type { Clock } from '../base/clock.ts';
import { STORE_BACKLOG_BYTES } from '../base/limits.ts';
import type { Durability } from '../protocol.ts';
import type { LmdbStore } from './lmdb/directory-store.ts';
import type { MemoryStore } from './memory-store.ts';

/**
 * A store on a real disk, for a rehearsal in virtual time: whatever an agent can wait for holds time until the disk
 * has answered, so that a rehearsal does not depend on how fast that is.
 *
 * Contract: an append that nobody awaits waits for nothing. `room` is short after every
 * `STORE_BACKLOG_BYTES` handed over, and not when the disk happens to lag behind.
 */
export function createRepeatableStore(inner: LmdbStore, clock: Clock, durability: Durability): MemoryStore {
  let drainedBytes = 0;
  let draining: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    // A failure shows in the appends; waiting for room only ends.
    await clock.external(inner.flush()).catch(() => {});
    drainedBytes = inner.handedOverBytes();
    draining = undefined;
  };

  return {
    putRun: (run) => clock.external(inner.putRun(run)),
    runs: () => clock.external(inner.runs()),
    run: (id) => clock.external(inner.run(id)),
    deleteRun: (id) => clock.external(inner.deleteRun(id)),
    bytes: (id) => clock.external(inner.bytes(id)),
    append(run, agent, batch, { awaited = durability === 'sync' } = {}) {
      const written = inner.append(run, agent, batch);
      if (!awaited && inner.ready() === undefined) return written;
      const acknowledged = clock.external(written);
      acknowledged.catch(() => {});
      return acknowledged;
    },
    room() {
      if (draining === undefined && inner.handedOverBytes() - drainedBytes > STORE_BACKLOG_BYTES) draining = drain();
      return draining;
    },
    endure: (tell) => inner.endure(tell),
    // Virtual time stands still meanwhile.
    downMs: () => 0,
    ready() {
      const ready = inner.ready();
      return ready && clock.external(ready);
    },
    flush: () => clock.external(inner.flush()),
    journal: (run, agent) => clock.external(inner.journal(run, agent)),
    history: (run, agent) => clock.external(inner.history(run, agent)),
    transcript: (run, agent) => clock.external(inner.transcript(run, agent)),
    snapshot: (run, agent) => clock.external(inner.snapshot(run, agent)),
    snapshots: (run) => clock.external(inner.snapshots(run)),
    received: (run, agent, range) => clock.external(inner.received(run, agent, range)),
    trim(run, agent, options) {
      const trimmed = clock.external(inner.trim(run, agent, options));
      trimmed.catch(() => {});
      return trimmed;
    },
    // Whoever notes something waits until it is on disk.
    putNote: (run, owner, note) => clock.external(inner.putNote(run, owner, note)),
    deleteNote: (run, owner, key) => clock.external(inner.deleteNote(run, owner, key)),
    notes: (run, owner) => clock.external(inner.notes(run, owner)),
    outside: inner,
    stats: () => inner.stats(),
    close: () => clock.external(inner.close()),
  };
}

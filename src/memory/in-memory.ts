import { TroupeError } from '../base/errors.ts';
import type { Note, RunRecord } from '../protocol.ts';
import { KeptAgent } from './kept-agent.ts';
import type { MemoryStore } from './memory-store.ts';
import { compareNatural } from './natural-order.ts';
import { compareNotes } from './note-order.ts';
import { compareRuns } from './run-order.ts';
import { assertTurns } from './trim-scan.ts';

const DONE = Promise.resolve();

/**
 * A store that forgets everything when the process ends: for rehearsals and tests.
 *
 * Contract: keeps what it is given by reference, so records must not be changed afterwards. Every write is
 * acknowledged at once and `room` is never short; `bytes` and `stats().bytes` stay 0, as nothing reaches a disk.
 */
export function createInMemoryStore(): MemoryStore {
  const runs = new Map<string, RunRecord>();
  const agents = new Map<string, Map<string, KeptAgent>>();
  /** By run, then by owner and key. */
  const notes = new Map<string, Map<string, Map<string, Note>>>();
  let writes = 0;
  let closed = false;

  /** Runs `work` as a promise, so that what it throws rejects. */
  const perform = async <T>(work: () => T): Promise<T> => {
    if (closed) throw closedError();
    return work();
  };

  const kept = (run: string, agent: string): KeptAgent | undefined => agents.get(run)?.get(agent);

  return {
    putRun: (run) => perform(() => void runs.set(run.id, run)),
    runs: () => perform(() => [...runs.values()].sort(compareRuns)),
    run: (id) => perform(() => runs.get(id)),
    deleteRun: (id) =>
      perform(() => {
        runs.delete(id);
        agents.delete(id);
        notes.delete(id);
      }),
    bytes: () => perform(() => 0),

    append(run, agent, batch) {
      if (closed) {
        const refused = Promise.reject(closedError());
        refused.catch(() => {});
        return refused;
      }
      entry(agents, run, agent, () => new KeptAgent()).append(batch);
      writes++;
      return DONE;
    },
    room: () => undefined,
    endure: () => () => {},
    ready: () => undefined,
    downMs: () => 0,
    flush: () => perform(() => {}),

    journal: (run, agent) => perform(() => kept(run, agent)?.journal() ?? []),
    history: (run, agent) => perform(() => kept(run, agent)?.history() ?? { journal: [], transcript: [] }),
    transcript: (run, agent) => perform(() => kept(run, agent)?.transcript() ?? []),
    received: (run, agent, range) => perform(() => kept(run, agent)?.received(range) ?? []),
    trim(run, agent, { turns }) {
      const done = perform(() => {
        assertTurns(agent, turns);
        kept(run, agent)?.trim(turns);
      });
      done.catch(() => {});
      return done;
    },
    snapshot: (run, agent) => perform(() => kept(run, agent)?.snapshot),
    snapshots: (run) =>
      perform(() =>
        [...(agents.get(run)?.values() ?? [])]
          .flatMap(({ snapshot }) => snapshot ?? [])
          .sort((a, b) => compareNatural(a.agent, b.agent)),
      ),

    putNote: (run, owner, note) =>
      perform(() => {
        entry(notes, run, owner, () => new Map()).set(note.key, note);
        writes++;
      }),
    deleteNote: (run, owner, key) => perform(() => void notes.get(run)?.get(owner)?.delete(key)),
    notes: (run, owner) => perform(() => [...(notes.get(run)?.get(owner)?.values() ?? [])].sort(compareNotes)),

    stats: () => ({ writes, bytes: 0 }),
    async close() {
      closed = true;
    },
  };
}

/** What a run has of that name; a new one if it has none yet. */
function entry<T>(runs: Map<string, Map<string, T>>, run: string, name: string, create: () => T): T {
  const ofRun = runs.get(run) ?? new Map<string, T>();
  const found = ofRun.get(name) ?? create();
  runs.set(run, ofRun);
  ofRun.set(name, found);
  return found;
}

function closedError(): TroupeError {
  return new TroupeError('STORE_FAILED', 'Cannot use the memory store "in-memory": it is closed');
}

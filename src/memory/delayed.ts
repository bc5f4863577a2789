import type { Clock } from '../base/clock.ts';
import { TroupeError } from '../base/errors.ts';
import { sampleLatency } from '../base/latency.ts';
import { STORE_BACKLOG_BYTES } from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import type { Latency } from '../protocol.ts';
import { Lane } from './lane.ts';
import type { MemoryStore } from './memory-store.ts';

/** What is held back is not encoded yet, and about this large: the backlog is bounded as before a real disk. */
const HELD_BATCH_BYTES = 1_024;
const HELD_MAX = STORE_BACKLOG_BYTES / HELD_BATCH_BYTES;

/**
 * A store behind a slow disk: each append is held back before it reaches `inner`.
 *
 * Contract: an agent's batches keep their order, so one with a short latency waits for those before it. Reads of an
 * agent, `flush`, `deleteRun` and `close` wait for what is held back; `putRun` is not delayed.
 *
 * @param latency How long each append is held back; drawn for each append, and the same for all if it is constant.
 */
export function createDelayedStore(inner: MemoryStore, latency: Latency, clock: Clock, random: Random): MemoryStore {
  const chance = random.fork('memory latency');
  const lanes = new Map<string, Lane>();
  let held = 0;
  let room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  let closing: Promise<void> | undefined;

  // With a constant latency nobody overtakes anybody: one lane, and one timer, for all agents.
  const laneName = (run: string, agent: string): string => (latency.kind === 'constant' ? '' : `${run}\0${agent}`);
  const laneFor = (name: string): Lane => {
    const lane = lanes.get(name) ?? new Lane(clock, () => lanes.delete(name));
    lanes.set(name, lane);
    return lane;
  };
  const passOn = (): void => {
    held--;
    if (held > HELD_MAX) return;
    room?.resolve();
    room = undefined;
  };
  const passed = async (): Promise<void> => {
    await Promise.all([...lanes.values()].map((lane) => lane.last));
  };
  const afterHeld = async <T>(run: string, agent: string, read: () => Promise<T>): Promise<T> => {
    await lanes.get(laneName(run, agent))?.last;
    return read();
  };

  return {
    putRun: (run) => inner.putRun(run),
    runs: () => inner.runs(),
    run: (id) => inner.run(id),
    async deleteRun(id) {
      await passed();
      await inner.deleteRun(id);
    },
    async bytes(id) {
      await passed();
      return inner.bytes(id);
    },

    append(run, agent, batch, options) {
      if (closing !== undefined) return refuse();
      held++;
      const lane = laneFor(laneName(run, agent));
      const written = new Promise<void>((resolve, reject) => {
        lane.hold(sampleLatency(latency, chance), () => {
          passOn();
          inner.append(run, agent, batch, options).then(resolve, reject);
        });
      });
      lane.last = written.catch(() => {});
      return written;
    },
    room() {
      if (held <= HELD_MAX) return inner.room();
      room ??= createGate();
      return room.promise;
    },
    endure: (tell) => inner.endure(tell),
    ready: () => inner.ready(),
    downMs: () => inner.downMs(),
    async flush() {
      await passed();
      await inner.flush();
    },

    journal: (run, agent) => afterHeld(run, agent, () => inner.journal(run, agent)),
    history: (run, agent) => afterHeld(run, agent, () => inner.history(run, agent)),
    transcript: (run, agent) => afterHeld(run, agent, () => inner.transcript(run, agent)),
    snapshot: (run, agent) => afterHeld(run, agent, () => inner.snapshot(run, agent)),
    async snapshots(run) {
      await passed();
      return inner.snapshots(run);
    },

    stats: () => inner.stats(),
    close() {
      closing ??= passed().then(() => inner.close());
      return closing;
    },
  };
}

function createGate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function refuse(): Promise<never> {
  const refused = Promise.reject(new TroupeError('STORE_FAILED', 'Cannot use the delayed memory store: it is closed'));
  refused.catch(() => {});
  return refused;
}

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
 * A store behind a slow disk: each batch, each note and each trim is held back before it reaches `inner`.
 *
 * Contract: an agent's writes keep their order, so one with a short latency waits for those before it. Reads of an
 * agent, `flush`, `deleteRun` and `close` wait for what is held back; `putRun` is not delayed.
 *
 * @param latency How long each write is held back; drawn for each, and the same for all if it is constant.
 */
export function createDelayedStore(inner: MemoryStore, latency: Latency, clock: Clock, random: Random): MemoryStore {
  const held = new HeldWrites(latency, clock, random.fork('memory latency'));
  let closing: Promise<void> | undefined;

  const holdBack = (run: string, agent: string, write: () => Promise<void>): Promise<void> =>
    closing === undefined ? held.add(run, agent, write) : refuse();
  const afterHeld = async <T>(run: string, agent: string, read: () => Promise<T>): Promise<T> => {
    await held.passedOf(run, agent);
    return read();
  };

  return {
    putRun: (run) => inner.putRun(run),
    runs: () => inner.runs(),
    run: (id) => inner.run(id),
    async deleteRun(id) {
      await held.passed();
      await inner.deleteRun(id);
    },
    async bytes(id) {
      await held.passed();
      return inner.bytes(id);
    },

    append: (run, agent, batch, options) => holdBack(run, agent, () => inner.append(run, agent, batch, options)),
    room: () => held.room() ?? inner.room(),
    endure: (tell) => inner.endure(tell),
    ready: () => inner.ready(),
    downMs: () => inner.downMs(),
    async flush() {
      await held.passed();
      await inner.flush();
    },

    journal: (run, agent) => afterHeld(run, agent, () => inner.journal(run, agent)),
    history: (run, agent) => afterHeld(run, agent, () => inner.history(run, agent)),
    transcript: (run, agent) => afterHeld(run, agent, () => inner.transcript(run, agent)),
    snapshot: (run, agent) => afterHeld(run, agent, () => inner.snapshot(run, agent)),
    async snapshots(run) {
      await held.passed();
      return inner.snapshots(run);
    },
    received: (run, agent, range) => afterHeld(run, agent, () => inner.received(run, agent, range)),
    trim: (run, agent, options) => holdBack(run, agent, () => inner.trim(run, agent, options)),

    putNote: (run, owner, note) => holdBack(run, owner, () => inner.putNote(run, owner, note)),
    deleteNote: (run, owner, key) => holdBack(run, owner, () => inner.deleteNote(run, owner, key)),
    notes: (run, owner) => afterHeld(run, owner, () => inner.notes(run, owner)),
    outside: inner.outside ?? inner,

    stats: () => inner.stats(),
    close() {
      closing ??= held.passed().then(() => inner.close());
      return closing;
    },
  };
}

/** Writes on their way to a store, each held back for a while. */
class HeldWrites {
  readonly #latency: Latency;
  readonly #clock: Clock;
  readonly #chance: Random;
  readonly #lanes = new Map<string, Lane>();
  #count = 0;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(latency: Latency, clock: Clock, chance: Random) {
    this.#latency = latency;
    this.#clock = clock;
    this.#chance = chance;
  }

  /** Does `write` after its latency, and after those of the agent that came before. @returns Settles with it. */
  add(run: string, agent: string, write: () => Promise<void>): Promise<void> {
    this.#count++;
    const name = this.#nameOf(run, agent);
    const lane = this.#lanes.get(name) ?? new Lane(this.#clock, () => this.#lanes.delete(name));
    this.#lanes.set(name, lane);
    const written = new Promise<void>((resolve, reject) => {
      lane.hold(sampleLatency(this.#latency, this.#chance), () => {
        this.#passOn();
        write().then(resolve, reject);
      });
    });
    lane.last = written.catch(() => {});
    return written;
  }

  /** Resolves when all that is held back now is written. */
  async passed(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.last));
  }

  /** The same of one agent. */
  async passedOf(run: string, agent: string): Promise<void> {
    await this.#lanes.get(this.#nameOf(run, agent))?.last;
  }

  /** Undefined while there is room; otherwise a promise that resolves when there is again. */
  room(): Promise<void> | undefined {
    if (this.#count <= HELD_MAX) return undefined;
    this.#room ??= createGate();
    return this.#room.promise;
  }

  /** With a constant latency nobody overtakes anybody: one lane, and one timer, for all agents. */
  #nameOf(run: string, agent: string): string {
    return this.#latency.kind === 'constant' ? '' : `${run}\0${agent}`;
  }

  #passOn(): void {
    this.#count--;
    if (this.#count > HELD_MAX) return;
    this.#room?.resolve();
    this.#room = undefined;
  }
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

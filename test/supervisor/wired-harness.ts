import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Message, WiringSpec } from '../../src/protocol.ts';
import type { Remaining } from '../../src/supervisor/resume.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { buildTree } from '../../src/supervisor/tree.ts';
import { createHarness, type HarnessOptions, SUPERVISION } from '../agent/harness.ts';

export interface WiredOptions extends HarnessOptions {
  readonly wiring: readonly WiringSpec[];
  /** Where a run goes on that was cut short. */
  readonly remaining?: Remaining;
}

/** The harness with wiring: its own supervisor stands for that of the harness. */
export function createWired({ wiring, remaining, ...options }: WiredOptions) {
  const group = { observe: { items: [], inbox: true }, ...options.group };
  const harness = createHarness({ ...options, group });
  const { specs } = harness;
  const supervision = { ...SUPERVISION, ...options.supervision };
  const env = Object.create(harness.env, {
    mailroom: { get: () => supervisor.office },
    idle: { value: (agent: string) => supervisor.idle(agent) },
    park: { value: (agent: string) => supervisor.park(agent) },
    isDraining: { value: () => supervisor.isDraining },
  }) as typeof harness.env;
  const supervisor: Supervisor = new Supervisor(env, {
    resumed: remaining?.resumed ?? new Map(),
    ended: remaining?.ended ?? new Map(),
    admitted: new Map(),
    letters: remaining?.letters ?? [],
    specs,
    wiring,
    tree: buildTree(remaining?.specs ?? specs, supervision, {}),
    isOpen: () => options.keepOpen ?? false,
  });
  const sent = (): Message[] => harness.ofType('message.sent').map(({ message }) => message);
  const replies = (agent: string): string[] =>
    harness.ofType('agent.replied').flatMap((event) => (event.agent === agent ? [event.reply] : []));
  const dead = () => harness.ofType('message.dead').map(({ letter }) => letter);
  return { ...harness, dead, env, supervisor, sent, replies, run: () => supervisor.run() };
}

/** A store on which only so many batches are written: what a process leaves that is killed then. */
export function upTo(store: MemoryStore, batches: number): { readonly store: MemoryStore; count(): number } {
  let count = 0;
  const cut = Object.create(store, {
    append: {
      value: (...batch: Parameters<MemoryStore['append']>) => {
        count++;
        return count <= batches ? store.append(...batch) : Promise.resolve();
      },
    },
    putNote: {
      value: (...note: Parameters<MemoryStore['putNote']>) => {
        return count < batches ? store.putNote(...note) : Promise.resolve();
      },
    },
  }) as MemoryStore;
  return { store: cut, count: () => count };
}

/** An ask without its answer yet. */
export interface Wait {
  /** The ask's. */
  readonly id: string;
  /** Who waits. */
  readonly from: string;
  /** Whose answer is waited for. */
  readonly to: string;
  /** When it was asked, in milliseconds on the run's clock. */
  readonly at: number;
}

const NONE: ReadonlySet<Wait> = new Set();

/**
 * Who waits for whose answer. An agent goes on only when all it has asked have answered, so a cycle is a deadlock; there is
 * never one in here.
 */
export class WaitGraph {
  readonly #waits = new Map<string, Wait>();
  /** By the agent that waits, oldest first. */
  readonly #from = new Map<string, Set<Wait>>();
  /** By the agent that is waited for, oldest first. */
  readonly #to = new Map<string, Set<Wait>>();

  get size(): number {
    return this.#waits.size;
  }

  /**
   * Adds what is asked, unless that would close a cycle. An ask that is in it already is not added again.
   *
   * @returns The shortest cycle it would close, `[from, to, ..., last]`, where the last waits for `from`; it is not added then.
   */
  add(wait: Wait): readonly string[] | undefined {
    const { id, from, to } = wait;
    if (this.#waits.has(id)) return undefined;
    const cycle = this.#cycleOf(from, to);
    if (cycle !== undefined) return cycle;
    this.#waits.set(id, wait);
    addTo(this.#from, from, wait);
    addTo(this.#to, to, wait);
    return undefined;
  }

  /** @returns The one that was removed: it was answered, or is given up. */
  remove(id: string): Wait | undefined {
    const wait = this.#waits.get(id);
    if (wait === undefined) return undefined;
    this.#waits.delete(id);
    removeFrom(this.#from, wait.from, wait);
    removeFrom(this.#to, wait.to, wait);
    return wait;
  }

  /** What an agent waits for, oldest first. */
  of(agent: string): readonly Wait[] {
    return [...(this.#from.get(agent) ?? NONE)];
  }

  /** Oldest first. */
  all(): readonly Wait[] {
    return [...this.#waits.values()];
  }

  /** The agent has ended. @returns What was removed: all it has asked, then all it was asked, each oldest first. */
  removeAgent(agent: string): readonly Wait[] {
    const removed = [...(this.#from.get(agent) ?? NONE), ...(this.#to.get(agent) ?? NONE)];
    for (const { id } of removed) this.remove(id);
    return removed;
  }

  /** Looks, from `to`, for a way over those who are waited for that leads to `from`: breadth first. */
  #cycleOf(from: string, to: string): readonly string[] | undefined {
    if (from === to) return [from];
    // Nearly all asks end here: who is asked waits for nobody, or nobody waits for who asks.
    if (!this.#from.has(to) || !this.#to.has(from)) return undefined;
    const cameFrom = new Map<string, string>([[to, from]]);
    for (const agent of cameFrom.keys()) {
      for (const { to: next } of this.#from.get(agent) ?? NONE) {
        if (next === from) return pathTo(agent, from, cameFrom);
        if (!cameFrom.has(next)) cameFrom.set(next, agent);
      }
    }
    return undefined;
  }
}

function pathTo(last: string, first: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const path: string[] = [];
  for (let agent = last; agent !== first; agent = cameFrom.get(agent) ?? first) path.push(agent);
  path.push(first);
  return path.reverse();
}

function addTo(waits: Map<string, Set<Wait>>, agent: string, wait: Wait): void {
  const those = waits.get(agent);
  if (those === undefined) waits.set(agent, new Set([wait]));
  else those.add(wait);
}

function removeFrom(waits: Map<string, Set<Wait>>, agent: string, wait: Wait): void {
  const those = waits.get(agent);
  if (those?.delete(wait) && those.size === 0) waits.delete(agent);
}

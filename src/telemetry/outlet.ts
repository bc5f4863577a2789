import type { RunFact } from '../protocol.ts';

/** What is told before a run has begun; more is not kept. */
const EARLY_MAX = 1_000;

/** Lets what is made before a run, such as a server of tools, tell what happens: after the run's first event. */
export class Outlet {
  #emit: ((fact: RunFact) => void) | undefined;
  #early: RunFact[] = [];

  readonly tell = (fact: RunFact): void => {
    if (this.#emit !== undefined) this.#emit(fact);
    else if (this.#early.length < EARLY_MAX) this.#early.push(fact);
  };

  /** The run has begun: passes on what was told, and from here on at once. */
  open(emit: (fact: RunFact) => void): void {
    this.#emit = emit;
    const early = this.#early;
    this.#early = [];
    for (const fact of early) emit(fact);
  }
}

/** An agent waits for the answers of another. */
export interface AskView {
  /** Positions among the run's agents. */
  readonly from: number;
  readonly to: number;
  /** Questions without an answer. */
  readonly asks: number;
  /** Since the first of them. */
  readonly since: number;
}

/** Who waits for whose answer, told by the rows alone: which question an answer is to does not matter, only whose. */
export class Asks {
  readonly #byAsker = new Map<number, Map<number, { asks: number; since: number }>>();

  ask(from: number, to: number, at: number): void {
    const those = this.#byAsker.get(from) ?? new Map<number, { asks: number; since: number }>();
    this.#byAsker.set(from, those);
    const known = those.get(to);
    if (known === undefined) those.set(to, { asks: 1, since: at });
    else known.asks++;
  }

  /** `from` answers `to`, or never will. */
  answer(from: number, to: number): void {
    const those = this.#byAsker.get(to);
    const known = those?.get(from);
    if (known === undefined || --known.asks > 0) return;
    those?.delete(from);
    if (those?.size === 0) this.#byAsker.delete(to);
  }

  /** The agent goes on, whatever it had asked. */
  goesOn(agent: number): void {
    this.#byAsker.delete(agent);
  }

  /** Those that have waited longest, first, and how many there are. */
  longest(count: number): { readonly waits: readonly AskView[]; readonly total: number } {
    const all = [...this.#byAsker].flatMap(([from, those]) => [...those].map(([to, wait]) => ({ from, to, ...wait })));
    all.sort((a, b) => a.since - b.since || a.from - b.from || a.to - b.to);
    return { waits: all.slice(0, count), total: all.length };
  }
}

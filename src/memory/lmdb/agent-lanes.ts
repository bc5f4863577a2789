/** What is done with one agent's records, one thing after the other. */
export class AgentLanes {
  /** What comes last of each agent; it never rejects. */
  readonly #last = new Map<string, Promise<void>>();

  /** Does `work` after everything of the agent that came before, whatever became of that. @returns Settles with it. */
  run<T>(run: string, agent: string, work: () => Promise<T>): Promise<T> {
    // No name has this character.
    const name = `${run}\0${agent}`;
    const before = this.#last.get(name);
    const done = before === undefined ? work() : before.then(work);
    const ended: Promise<void> = done.then(
      () => this.#end(name, ended),
      () => this.#end(name, ended),
    );
    this.#last.set(name, ended);
    return done;
  }

  /** Undefined: nothing is under way. Otherwise it resolves when all of it has settled. */
  settled(): Promise<unknown> | undefined {
    return this.#last.size === 0 ? undefined : Promise.all(this.#last.values());
  }

  #end(name: string, ended: Promise<void>): void {
    if (this.#last.get(name) === ended) this.#last.delete(name);
  }
}

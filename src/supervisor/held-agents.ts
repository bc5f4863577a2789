import type { Inbox } from '../people/inbox.ts';
import type { Waiting } from '../protocol.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';

/** Agents that can go on only when a person has answered: every call they have under way waits for one. */
export class HeldAgents {
  readonly #people: Inbox;
  readonly #directory: Pick<Directory<Child>, 'get'>;

  constructor(people: Inbox, directory: Pick<Directory<Child>, 'get'>) {
    this.#people = people;
    this.#directory = directory;
  }

  /** More than these are not held. */
  get mostOf(): number {
    return this.#people.agentCount;
  }

  /** Calls that wait, of all agents. */
  get calls(): number {
    return this.#people.size;
  }

  /** Of these, calls of which nothing will become without a person. */
  get endless(): number {
    return this.#people.endless;
  }

  isHeld(agent: string): boolean {
    const held = this.#people.heldOf(agent);
    const context = this.#directory.get(agent)?.context;
    return held !== undefined && context !== undefined && context.pending === held.calls;
  }

  /** In the order in which they began to wait. */
  agents(): string[] {
    return this.#people.agents().filter((agent) => this.isHeld(agent));
  }

  /** Those of which nothing will become without a person: no call of theirs has a deadline. */
  stuck(): string[] {
    return this.agents().filter((agent) => this.#people.heldOf(agent)?.isTimed === false);
  }

  /** Who waits for what, call by call. */
  waiting(): Waiting[] {
    return this.#people.list().map(({ agent, callId, tool, kind }) => {
      const what = kind === 'question' ? 'the answer to its question' : `the approval of ${tool}`;
      return { agent, for: `${what} (call ${callId})` };
    });
  }
}

import type { FleetMessage, FleetTopic } from '../messages.ts';
import { AGENT_STATES, type AgentState, HIDDEN_LETTER, STATE_LETTERS } from '../states.ts';
import type { Watch } from './watch.ts';

const LETTERS = Uint8Array.from(AGENT_STATES, (state) => STATE_LETTERS[state].charCodeAt(0));
const HIDDEN = HIDDEN_LETTER.charCodeAt(0);
/** A position costs about six characters in a message, a letter one. */
const LIST_COSTS = 6;

/** Where every agent of a filter is, a letter each, and what has changed since the last frame. */
export class FleetView {
  readonly #watch: Watch;
  readonly #groups: ReadonlySet<number> | undefined;
  /** Letter of each state; hidden for those left out. */
  readonly #letters: Uint8Array;
  readonly #shown: Uint8Array;

  /** @throws {TroupeError} `GROUP_UNKNOWN`. */
  constructor(watch: Watch, { groups, states }: Pick<FleetTopic, 'groups' | 'states'>) {
    this.#watch = watch;
    this.#groups = groups === undefined ? undefined : watch.groupPlaces(groups);
    const wanted = new Set<AgentState>(states ?? AGENT_STATES);
    this.#letters = LETTERS.map((letter, state) => (wanted.has(AGENT_STATES[state] ?? 'unstarted') ? letter : HIDDEN));
    this.#shown = this.#draw(watch.fold.states);
  }

  /** What has changed since the last call; undefined if nothing has. */
  changes(): Omit<FleetMessage, 'id'> | undefined {
    const next = this.#draw(this.#watch.fold.states);
    const agents: number[] = [];
    for (let i = 0; i < next.length; i++) if (next[i] !== this.#shown[i]) agents.push(i);
    if (agents.length === 0) return undefined;
    this.#shown.set(next);
    const { at } = this.#watch;
    if (agents.length * LIST_COSTS > next.length) return { type: 'fleet', at, states: toText(next) };
    return { type: 'fleet', at, agents, states: toText(Uint8Array.from(agents, (i) => next[i] ?? HIDDEN)) };
  }

  /** As of the last frame: what follows it are changes to this. */
  all(): Omit<FleetMessage, 'id'> {
    return { type: 'fleet', at: this.#watch.at, states: toText(this.#shown) };
  }

  /** As it was at a moment. */
  allAt(at: number): Omit<FleetMessage, 'id'> {
    return { type: 'fleet', at, states: toText(this.#draw(this.#watch.foldAt(at).states)) };
  }

  #draw(states: Uint8Array): Uint8Array {
    const groups = this.#groups;
    return states.map((state, agent) =>
      groups === undefined || groups.has(this.#watch.groupOf[agent] ?? -1) ? (this.#letters[state] ?? HIDDEN) : HIDDEN,
    );
  }
}

function toText(letters: Uint8Array): string {
  return Buffer.from(letters.buffer, letters.byteOffset, letters.byteLength).toString('latin1');
}

import { NO_AGENT, NO_NAME } from '../history/rows.ts';
import type { Nodes } from '../history/talk.ts';
import { OUTSIDE } from './tell-row.ts';
import type { Watch } from './watch.ts';

/** Who talks, as they are told: groups, the members of one of them, and whoever is outside. */
export class TalkNodes implements Nodes {
  readonly #watch: Watch;
  readonly #group: number | undefined;
  /** Before them are the agents, by their positions; then the groups, then the names. */
  readonly #groups: number;
  readonly #names: number;

  /** @param group Whose members are told one by one. @throws {TroupeError} `GROUP_UNKNOWN`. */
  constructor(watch: Watch, group: string | undefined) {
    this.#watch = watch;
    this.#group = group === undefined ? undefined : [...watch.groupPlaces([group])][0];
    this.#groups = watch.source.specs.length;
    this.#names = this.#groups + watch.groups.length;
  }

  /** With a group: only what its members have said or heard. */
  edgeOf(from: number, name: number, to: number): readonly [number, number] | undefined {
    const { groupOf } = this.#watch;
    const isOf = (agent: number) => agent >= 0 && groupOf[agent] === this.#group;
    if (this.#group !== undefined && !isOf(from) && !isOf(to)) return undefined;
    return [this.#node(from, name), this.#node(to, NO_NAME)];
  }

  #node(agent: number, name: number): number {
    if (agent === NO_AGENT) return this.#names + name;
    const group = this.#watch.groupOf[agent] ?? 0;
    return group === this.#group ? agent : this.#groups + group;
  }

  nameOf(node: number): string {
    const { source, groups, history } = this.#watch;
    if (node < this.#groups) return source.specs[node]?.id ?? '?';
    if (node < this.#names) return groups[node - this.#groups]?.name ?? '?';
    return history.names[node - this.#names] ?? OUTSIDE;
  }
}

import { TroupeError } from '../base/errors.ts';
import type { AgentSpec } from '../protocol.ts';
import type { Directory, Recipient } from './directory.ts';

/** Addresses told when one is wrong. */
const TOLD = 5;

/**
 * Whom an address means: an agent's own (`group/index`), its name, or the name of a group that has one member.
 *
 * Names are looked up in the order in which agents were added; of two agents with the same name the first has it.
 */
export class Addresses {
  readonly #directory: Pick<Directory<Recipient>, 'isAlive' | 'isKnown'>;
  readonly #groups = new Map<string, string[]>();
  readonly #names = new Map<string, string>();
  /** Of groups, those who are alive; made anew when somebody has come or gone. */
  readonly #alive = new Map<string, readonly string[]>();

  constructor(directory: Pick<Directory<Recipient>, 'isAlive' | 'isKnown'>, groups: Iterable<string>) {
    this.#directory = directory;
    for (const group of groups) this.#groups.set(group, []);
  }

  add({ id, group, name }: Pick<AgentSpec, 'id' | 'group' | 'name'>): void {
    const members = this.#groups.get(group.name);
    if (members === undefined) this.#groups.set(group.name, [id]);
    else insert(members, id);
    if (name !== undefined && !this.#names.has(name)) this.#names.set(name, id);
    this.#alive.delete(group.name);
  }

  /** An agent has ended. */
  left(agent: string): void {
    this.#alive.delete(toGroup(agent));
  }

  /** Those of a group who have not ended, in order; undefined: there is no such group. */
  members(group: string): readonly string[] | undefined {
    const all = this.#groups.get(group);
    if (all === undefined) return undefined;
    const known = this.#alive.get(group);
    if (known !== undefined) return known;
    const alive = all.filter((id) => this.#directory.isAlive(id));
    this.#alive.set(group, alive);
    return alive;
  }

  /** @throws {TroupeError} `AGENT_UNKNOWN`, with what there is instead. */
  find(address: string): string {
    if (this.#directory.isKnown(address)) return address;
    const named = this.#names.get(address);
    if (named !== undefined) return named;
    const members = this.#groups.get(address);
    const [only] = members ?? [];
    if (members?.length === 1 && only !== undefined) return only;
    throw new TroupeError('AGENT_UNKNOWN', `Cannot send to "${address.slice(0, 200)}": ${this.#explain(address)}`);
  }

  #explain(address: string): string {
    const group = toGroup(address);
    const members = this.#groups.get(group);
    if (members !== undefined && address === group) {
      if (members.length === 0) return 'the group has no members yet';
      return `the group has ${members.length} members; say which, such as "${members[0]}"`;
    }
    if (members !== undefined && members.length > 0) {
      return `there is no such agent; "${group}" has ${members[0]} to ${members.at(-1)}`;
    }
    const names = [...this.#names.keys()].slice(0, TOLD);
    const there = [...this.#groups.keys(), ...names].slice(0, 2 * TOLD).join(', ');
    return `there is no such agent; addresses are "group/index"; there are ${there}`;
  }
}

/** In the order of their numbers, which is nearly always behind all others. */
function insert(members: string[], id: string): void {
  const index = toIndex(id);
  let place = members.length;
  while (place > 0 && toIndex(members[place - 1] ?? '') > index) place--;
  members.splice(place, 0, id);
}

function toIndex(id: string): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}

function toGroup(address: string): string {
  const slash = address.indexOf('/');
  return slash < 0 ? address : address.slice(0, slash);
}

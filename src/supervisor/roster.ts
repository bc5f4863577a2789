import type { AgentEnvironment } from '../agent/environment.ts';
import { TroupeError } from '../base/errors.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { AgentSpec, GroupSpec } from '../protocol.ts';

/** Whose notes say who was admitted; no agent has this address. */
const OWNER = 'roster:';

/** Somebody for whom there is an agent now, that nobody knew of when the run began. */
export interface Admission {
  /** The same key gives the same agent. */
  readonly key: string;
  readonly user?: string;
  readonly session?: string;
  /** The agent that has asked for it. */
  readonly parent?: string;
  /** Generations after one that was there from the start. */
  readonly depth: number;
}

/** An agent that was admitted before, by its address. */
export type Admissions = ReadonlyMap<string, Admission>;

/** Who was admitted in an earlier life of a run. @throws {TroupeError} `STORE_FAILED`. */
export async function readAdmissions(store: MemoryStore, run: string): Promise<Admissions> {
  const notes = await store.notes(run, OWNER);
  return new Map(notes.map(({ key, text }) => [key, JSON.parse(text) as Admission]));
}

/** An agent's place with whom it is for. */
export function toAdmitted(spec: AgentSpec, { user, session, parent }: Admission): AgentSpec {
  return {
    ...spec,
    ...(user !== undefined && { user }),
    ...(session !== undefined && { session }),
    ...(parent !== undefined && { parent }),
  };
}

/**
 * Gives the reserved places of groups to whoever needs an agent: a task that another agent hands out, a user, a session.
 *
 * A place belongs to one key for the whole run, so that nothing of one user is ever there for another.
 */
export class Roster {
  readonly #env: AgentEnvironment;
  readonly #start: (spec: AgentSpec) => void;
  /** By group: its reserved places, in order, and how many of them are taken. */
  readonly #places = new Map<string, { readonly specs: AgentSpec[]; taken: number }>();
  /** By group and key. */
  readonly #known = new Map<string, string>();
  readonly #depths = new Map<string, number>();

  /**
   * @param specs All agents of the run; those that are reserved are given out.
   * @param start Starts an agent that was admitted.
   */
  constructor(
    env: AgentEnvironment,
    { specs, admitted }: { readonly specs: readonly AgentSpec[]; readonly admitted: Admissions },
    start: (spec: AgentSpec) => void,
  ) {
    this.#env = env;
    this.#start = start;
    for (const spec of specs) {
      if (spec.isReserved !== true) continue;
      const places = this.#places.get(spec.group.name) ?? { specs: [], taken: 0 };
      this.#places.set(spec.group.name, places);
      places.specs.push(spec);
      const before = admitted.get(spec.id);
      if (before === undefined) continue;
      places.taken = places.specs.length;
      this.#known.set(toKey(spec.group.name, before.key), spec.id);
      this.#depths.set(spec.id, before.depth);
    }
  }

  /** There are places left for those who may come. */
  get mayGrow(): boolean {
    for (const { specs, taken } of this.#places.values()) if (taken < specs.length) return true;
    return false;
  }

  /** For one user, or one session of one. @throws {TroupeError} `USAGE` without one, `TOO_MANY`. */
  sessionOf(
    group: GroupSpec,
    whom: { readonly user?: string | undefined; readonly session?: string | undefined },
  ): string {
    const { members, name } = group;
    const { user, session } = whom;
    if (members.kind !== 'sessions') throw new TypeError(`Group "${name}" has no sessions`);
    if (user === undefined || (members.per === 'session' && session === undefined)) {
      const missing = user === undefined ? 'user' : 'session';
      const problem = `Cannot send to "${name}": it has one member for each ${members.per}, and no ${missing} was given`;
      throw new TroupeError('USAGE', problem);
    }
    const key = JSON.stringify(members.per === 'user' ? [user] : [user, session]);
    const forWhom = members.per === 'user' || session === undefined ? { user } : { user, session };
    return this.#admit(group, { key, depth: 0, ...forWhom });
  }

  /** @throws {TroupeError} `GROUP_UNKNOWN`, `TOO_MANY`: there are as many, or as deep, as there may be. */
  spawn(group: GroupSpec | undefined, name: string, { key, parent }: { key: string; parent: string }): string {
    if (group?.members.kind !== 'spawned') {
      throw new TroupeError('GROUP_UNKNOWN', `Cannot spawn a member of "${name}": it is not declared with spawn`);
    }
    const depth = (this.#depths.get(parent) ?? 0) + 1;
    const { depth: deepest } = group.members;
    if (depth > deepest && !this.#known.has(toKey(name, key))) {
      throw new TroupeError(
        'TOO_MANY',
        `Cannot spawn a member of "${name}": that would be generation ${depth} of ${deepest}`,
      );
    }
    return this.#admit(group, { key, parent, depth });
  }

  #admit({ name, members }: GroupSpec, admission: Admission): string {
    const known = this.#known.get(toKey(name, admission.key));
    if (known !== undefined) return known;
    const places = this.#places.get(name);
    const place = places?.specs[places.taken];
    if (places === undefined || place === undefined) {
      const what = members.kind === 'sessions' ? `${members.per}s` : 'members';
      throw new TroupeError('TOO_MANY', `Cannot add to "${name}": it has all of its ${places?.taken ?? 0} ${what}`);
    }
    places.taken++;
    this.#known.set(toKey(name, admission.key), place.id);
    this.#depths.set(place.id, admission.depth);
    const { run, store, clock, emit, storeFailed } = this.#env;
    const note = { key: place.id, text: JSON.stringify(admission), agent: admission.parent ?? '', at: clock.elapsed() };
    // Memory keeps the order: whatever the agent does is there only when this is.
    store.putNote(run, OWNER, note).catch(storeFailed);
    const { key: _, depth: __, ...whom } = admission;
    emit({ type: 'agent.admitted', agent: place.id, group: name, ...whom });
    this.#start(toAdmitted(place, admission));
    return place.id;
  }
}

function toKey(group: string, key: string): string {
  return `${group} ${key}`;
}

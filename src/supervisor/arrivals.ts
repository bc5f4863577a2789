import type { AgentEnvironment } from '../agent/environment.ts';
import type { ResumedAgent } from '../agent/resumed-agent.ts';
import { LOOP_SLICE } from '../base/limits.ts';
import type { AgentSpec, EndedStatus } from '../protocol.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';
import type { Nursery } from './nursery.ts';
import { subscribe } from './open-office.ts';
import type { Passivation } from './passivation.ts';
import type { PostOffice } from './post-office.ts';
import type { Restarter } from './restarter.ts';
import type { SupervisionTree } from './tree.ts';

/** What a start of an agent touches, of the supervisor that owns the agents. */
export interface Reception {
  readonly directory: Directory<Child>;
  readonly idle: Set<string>;
  readonly paused: ReadonlySet<string>;
  /** Agents that have stopped and will start again. */
  readonly vacated: Map<string, AgentSpec>;
  readonly office: PostOffice;
  readonly nursery: Nursery;
  readonly passivation: Pick<Passivation, 'sleepFromStart'>;
  readonly restarter: Pick<Restarter, 'postpone'>;
  /** Nobody is to be started any more. */
  isDraining(): boolean;
  /** Everybody has been started. */
  started(): void;
}

/** Where agents come from. */
export interface Origins {
  readonly tree: SupervisionTree;
  /** Where agents go on that a stopped run has left. */
  readonly resumed: ReadonlyMap<string, ResumedAgent>;
  /** All agents of the run; and of these, those that had ended before. Default: none. */
  readonly specs: readonly AgentSpec[];
  readonly ended?: ReadonlyMap<string, EndedStatus>;
}

/** How agents come into the run, the first time and again; the counterpart of `Departures`. */
export class Arrivals {
  readonly #env: AgentEnvironment;
  readonly #origins: Origins;
  readonly #reception: Reception;
  /** How many of those that were there from the beginning have been started. */
  #started = 0;
  /** Agents that came later. */
  readonly #admitted: AgentSpec[] = [];
  #hasWorked: boolean;

  constructor(env: AgentEnvironment, origins: Origins, reception: Reception) {
    this.#env = env;
    this.#origins = origins;
    this.#reception = reception;
    this.#hasWorked = origins.resumed.size > 0 || (origins.ended?.size ?? 0) > 0;
    this.#noteEnded(origins);
    // All of them before the first one starts, which may have something to say.
    for (const spec of origins.tree.order) this.#enroll(spec, origins.resumed.get(spec.id)?.topics);
  }

  /** Everybody who was there from the beginning has been started. */
  get areAllStarted(): boolean {
    return this.#started >= this.#origins.tree.order.length;
  }

  /** Somebody has had something to observe. */
  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  /** Somebody has. */
  noteWork(): void {
    this.#hasWorked = true;
  }

  /** Everyone there is or was, in the order in which they start. */
  specs(): AgentSpec[] {
    return [...this.#origins.tree.order, ...this.#admitted];
  }

  /** Starts everyone, in slices. */
  begin(): void {
    this.#env.clock.defer(this.#startSlice);
  }

  /** Those of a slice decide before the next slice starts: the first answers do not wait for the last start. */
  readonly #startSlice = (): void => {
    const { isDraining, directory, started } = this.#reception;
    const { order } = this.#origins.tree;
    for (let count = 0; count < LOOP_SLICE && !isDraining(); count++) {
      const spec = order[this.#started];
      if (spec === undefined) break;
      this.#started++;
      if (directory.isAlive(spec.id)) this.#startFirst(spec);
    }
    if (this.areAllStarted || isDraining()) started();
    else this.#env.clock.defer(this.#startSlice);
  };

  /** Starts an agent, or waits with it: its restart may have been due later than its run was stopped. */
  #startFirst(spec: AgentSpec): void {
    const { directory, passivation, vacated, restarter } = this.#reception;
    const life = this.#origins.resumed.get(spec.id);
    if (life === undefined && !directory.hasMail(spec.id) && passivation.sleepFromStart(spec)) return;
    if (life?.retryAt === undefined || life.retryAt <= this.#env.clock.elapsed()) {
      this.start(spec, life);
      return;
    }
    vacated.set(spec.id, spec);
    restarter.postpone(spec.id, life, life.retryAt);
  }

  /** Somebody has asked for it. */
  admit(spec: AgentSpec): void {
    this.#origins.tree.add(spec);
    this.#admitted.push(spec);
    this.#enroll(spec, undefined);
    this.start(spec, undefined);
  }

  /** @param isWoken It was there before, and slept. */
  start(spec: AgentSpec, resumed: ResumedAgent | undefined, isWoken = false): void {
    const { vacated, paused, nursery, directory } = this.#reception;
    vacated.delete(spec.id);
    this.#hasWorked ||= spec.items.length > 0;
    const isPaused = paused.has(spec.id);
    const child = nursery.make({ spec, ...(resumed && { resumed }), ...(isPaused && { paused: isPaused }) });
    if (!isWoken) this.#env.emit({ type: 'agent.started', agent: spec.id, group: spec.group.name });
    const mail = directory.enter(spec.id, child);
    child.actor.start();
    if (resumed?.cut !== undefined) child.actor.send({ type: 'recall' });
    // After the start, or it would count as idle while it answers.
    for (const message of mail) directory.get(spec.id)?.receive(message, true);
  }

  /** One that was vacated. */
  startAgain(agent: string, life: ResumedAgent): void {
    const { vacated } = this.#reception;
    const spec = vacated.get(agent);
    vacated.delete(agent);
    if (spec !== undefined) this.start(spec, life);
  }

  /** It stops, and will start again. */
  vacate(agent: string): void {
    const child = this.takeAway(agent);
    if (child !== undefined) this.#reception.vacated.set(agent, child.spec);
  }

  /** Takes an agent's actor away; its address stays. */
  takeAway(agent: string): Child | undefined {
    const { directory, idle, nursery } = this.#reception;
    const child = directory.get(agent);
    if (child === undefined) return undefined;
    directory.vacate(agent);
    idle.delete(agent);
    nursery.halt(child);
    return child;
  }

  /** Who sends to them hears that they have ended, and what they are called nobody else is. */
  #noteEnded({ specs, ended }: Origins): void {
    if (ended === undefined || ended.size === 0) return;
    const { directory, office } = this.#reception;
    for (const spec of specs) {
      if (!ended.has(spec.id)) continue;
      directory.leave(spec.id);
      office.addresses.add(spec);
    }
  }

  #enroll(spec: AgentSpec, topics: readonly string[] | undefined): void {
    const { directory, office } = this.#reception;
    directory.reserve(spec.id);
    office.addresses.add(spec);
    subscribe(this.#env, office, spec, topics);
  }
}

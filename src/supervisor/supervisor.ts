import { type Actor, createActor } from 'xstate';
import { createContext } from '../agent/context.ts';
import { type AgentEnvironment, abortCalls } from '../agent/environment.ts';
import type { ResumedAgent } from '../agent/resumed-agent.ts';
import { storeEnd } from '../agent/storing.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import type {
  AgentSpec,
  AgentView,
  DeadLetter,
  EndedStatus,
  ErrorInfo,
  JournalRecord,
  WiringSpec,
} from '../protocol.ts';
import { Arrivals, type Origins } from './arrivals.ts';
import { createSupervisorMachine, type SupervisorMachine } from './chart.ts';
import type { Child, Parent } from './child.ts';
import { Departures } from './departures.ts';
import { createDirectory, type Directory } from './directory.ts';
import { Ending, type SupervisorEnd } from './ending.ts';
import { findUnfinished } from './find-unfinished.ts';
import { HeldAgents } from './held-agents.ts';
import { Nursery } from './nursery.ts';
import { openOffice } from './open-office.ts';
import { Passivation } from './passivation.ts';
import type { PostOffice } from './post-office.ts';
import { Restarter } from './restarter.ts';
import { type Admissions, Roster } from './roster.ts';
import type { SpillRange } from './spill.ts';

export interface SupervisorOptions extends Origins {
  /** Somebody may still send from outside, so waiting for a message is not the end. */
  isOpen(): boolean;
  /** See `EndingOptions`. */
  readonly staysForPeople?: boolean;
  /** All agents, those that are reserved too; and who of these was admitted in an earlier life of the run. */
  readonly specs: readonly AgentSpec[];
  /** To whom replies go by themselves. Absent: to nobody. */
  readonly wiring?: readonly WiringSpec[] | undefined;
  readonly admitted: Admissions;
  /** Agents that had ended in earlier lives. Default: none. */
  readonly ended?: ReadonlyMap<string, EndedStatus>;
  /** Dead letters of earlier lives. */
  readonly letters: readonly DeadLetter[];
  /** Messages that wait on disk since then, by agent. Absent: none. */
  readonly spilled?: ReadonlyMap<string, SpillRange>;
}

/**
 * Starts the agents, contains whatever they do, and ends them.
 *
 * Contract: nothing an agent, a model or a tool does can throw through here. Agents are nobody's XState children
 * (a parent's `children` object is copied with each child), so that one that fails takes nobody along.
 */
export class Supervisor {
  readonly #env: AgentEnvironment;
  readonly #options: SupervisorOptions;
  readonly #chart: Actor<SupervisorMachine>;
  readonly #directory: Directory<Child> = createDirectory();
  readonly #nursery: Nursery;
  readonly #parent: Parent = {
    elapsed: () => this.#env.clock.elapsed(),
    woken: (child) => {
      if (!child.isTelling) this.#idle.delete(child.spec.id);
    },
    ended: (child) => this.#close(child, toEndedStatus(child.actor.getSnapshot().value)),
    faulted: (child, thrown) => this.#fault(child, thrown),
  };
  /** Agents that have nothing to do. */
  readonly #idle = new Set<string>();
  /** Agents that take nothing new; those not yet started too. */
  readonly #paused = new Set<string>();
  readonly #restarter: Restarter;
  readonly #passivation: Passivation;
  /** Agents that have stopped and will start again. */
  readonly #vacated = new Map<string, AgentSpec>();
  /** Agents that wait for people. */
  readonly #held: HeldAgents;
  readonly #ending: Ending;
  readonly #arrivals: Arrivals;
  readonly #departures: Departures;
  /** Who is started only when somebody asks for it. */
  readonly #roster: Roster;
  /** Where the agents' messages go through. */
  readonly office: PostOffice;
  #resolve: (end: SupervisorEnd) => void = () => {};

  /** @param env The run's, with this supervisor behind its `idle` and `isDraining`, and its office behind `mailroom`. */
  constructor(env: AgentEnvironment, options: SupervisorOptions) {
    this.#env = env;
    this.#options = options;
    this.#nursery = new Nursery(env, this.#parent);
    this.#held = new HeldAgents(env.people, this.#directory);
    env.people.watch((agent) => this.#hold(agent));
    const machine = createSupervisorMachine({
      drain: (reason) => this.#ending.begin(reason),
      stop: () => this.#stopped(),
    });
    this.#chart = createActor(machine, { id: 'supervisor' });
    this.#restarter = new Restarter(env, options.tree, {
      contextOf: (agent) => this.#directory.get(agent)?.context,
      bringToRest: (agent) => this.#bringToRest(agent),
      vacate: (agent) => this.#arrivals.vacate(agent),
      start: (agent, life) => this.#arrivals.startAgain(agent, life),
      giveUp: (error, agent, life) => this.#giveUp(error, agent, life),
    });
    this.#passivation = new Passivation(env, {
      maySleep: (agent) => this.#maySleep(agent),
      vacate: (agent) => this.#arrivals.takeAway(agent),
      start: (spec, life) => this.#arrivals.start(spec, life, true),
      fail: (agent, error) => this.#departures.failAsleep(agent, error),
    });
    this.#ending = this.#createEnding();
    this.office = this.#openOffice();
    this.#roster = new Roster(env, options, (spec) => this.#arrivals.admit(spec));
    this.#departures = new Departures(env, {
      directory: this.#directory,
      idle: this.#idle,
      paused: this.#paused,
      vacated: this.#vacated,
      office: this.office,
      passivation: this.#passivation,
      restarter: this.#restarter,
      unpark: (agent) => this.#ending.unpark(agent),
      stop: (agents) => this.#stopAll(agents),
      check: this.#ending.check,
    });
    this.#arrivals = new Arrivals(env, options, {
      directory: this.#directory,
      idle: this.#idle,
      paused: this.#paused,
      vacated: this.#vacated,
      office: this.office,
      nursery: this.#nursery,
      passivation: this.#passivation,
      restarter: this.#restarter,
      isDraining: () => this.isDraining,
      started: () => {
        if (!this.isDraining) this.#chart.send({ type: 'started' });
        this.#ending.check();
      },
    });
  }

  #createEnding(): Ending {
    const options = this.#options;
    return new Ending(
      this.#env,
      {
        directory: this.#directory,
        idle: this.#idle,
        paused: this.#paused,
        passivation: this.#passivation,
        restarter: this.#restarter,
        isSettled: () => this.#isSettled(),
        hasWorked: () => this.#arrivals.hasWorked,
        mayGrow: () => this.#roster.mayGrow,
        unfinished: () => [...findUnfinished(this.#directory, this.office), ...this.#held.waiting()],
        held: this.#held,
        close: (agents) => this.#departures.close(agents),
        stop: (agents) => this.#stopAll(agents),
        dismiss: (agents) => this.#departures.dismiss(agents),
        drain: (reason) => this.drain(reason),
        emptied: () => this.#chart.send({ type: 'emptied' }),
      },
      {
        isOpen: () => options.isOpen(),
        staysForPeople: options.staysForPeople ?? false,
        shutdownMs: options.tree.root.spec.shutdownMs,
      },
    );
  }

  #openOffice(): PostOffice {
    const { resumed, ended = new Map(), letters, spilled = new Map(), wiring, specs } = this.#options;
    const known = { resumed, ended, letters, spilled, wiring, specs };
    return openOffice(this.#env, {
      ...known,
      directory: this.#directory,
      idle: this.#idle,
      wake: (agent) => {
        this.#arrivals.noteWork();
        this.#passivation.wake(agent);
      },
      hold: (agent) => this.idle(agent),
      isOver: () => this.#ending.end === 'stalled',
      check: () => this.check(),
      spawn: (group, name, request) => this.#roster.spawn(group, name, request),
      sessionOf: (group, whom) => this.#roster.sessionOf(group, whom),
    });
  }

  /** Everybody has been started, and nobody is about to be started or woken again. */
  #isSettled(): boolean {
    const allStarted = this.#arrivals.areAllStarted || this.isDraining;
    if (!allStarted || this.#chart.getSnapshot().status !== 'active') return false;
    return this.#restarter.size === 0 && !this.#passivation.isWaking && !this.office.mailboxes.isReading;
  }

  /** Starts everyone, in slices. Resolves when nobody is left. */
  run(): Promise<SupervisorEnd> {
    this.#chart.start();
    this.#arrivals.begin();
    this.office.mailboxes.begin();
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Lets turns finish for `DRAIN_TIMEOUT_MS`, starts nothing new, then stops everyone where they are. Idempotent. */
  drain(reason: string): void {
    if (this.#chart.getSnapshot().status === 'active') this.#chart.send({ type: 'drain', reason });
  }

  /** The run has got where it was to get: turns finish, and it is done. */
  conclude(reason: string): void {
    this.#ending.conclude(reason);
  }

  /** Whether it has come to its end. */
  check(): void {
    this.#env.clock.defer(this.#ending.check);
  }

  get isDraining(): boolean {
    return this.#ending.isDraining;
  }

  /** Ends one agent for good. @throws {TroupeError} `AGENT_UNKNOWN`. */
  stop(agent: string): void {
    const child = this.#directory.get(agent);
    if (child === undefined) {
      this.#assertAlive('stop', agent);
      const spec = this.alive().find(({ id }) => id === agent);
      if (spec !== undefined) this.#departures.cancel(spec, this.#options.resumed.get(agent));
      return;
    }
    const context = child.context;
    this.#stopChild(child);
    storeEnd(this.#env, context, 'stopped');
    // Those that are started again with it do not wait for it.
    this.#restarter.forget(agent);
  }

  /** The turn under way may finish; nothing new is taken until `resume`. @throws {TroupeError} `AGENT_UNKNOWN`. */
  pause(agent: string): void {
    this.#assertAlive('pause', agent);
    if (this.#paused.has(agent)) return;
    this.#paused.add(agent);
    this.#env.emit({ type: 'agent.paused', agent });
    this.#directory.get(agent)?.pause();
  }

  /** @throws {TroupeError} `AGENT_UNKNOWN`. */
  resume(agent: string): void {
    this.#assertAlive('resume', agent);
    if (!this.#paused.delete(agent)) return;
    this.#ending.unpark(agent);
    this.#env.emit({ type: 'agent.resumed', agent });
    this.#directory.get(agent)?.resume();
  }

  /** A budget does not have enough for the agent's next call: it waits until it is resumed. */
  park(agent: string): void {
    this.#ending.park(agent);
    this.pause(agent);
    this.idle(agent);
  }

  /** Those who have not ended, in the order in which they start. */
  alive(): AgentSpec[] {
    return this.#arrivals.specs().filter(({ id }) => this.#directory.isAlive(id));
  }

  /** Undefined: it has not started, or has ended. */
  view(agent: string): AgentView | undefined {
    return this.#directory.get(agent)?.view();
  }

  /** What an agent has not yet handed to the store; always the same array until it does. */
  pendingJournal(agent: string): readonly JournalRecord[] | undefined {
    return this.#directory.get(agent)?.context.work.journal;
  }

  /** The agent says that it has nothing to do, or may not go on. */
  idle(agent: string): void {
    const { clock, emit } = this.#env;
    this.#idle.add(agent);
    const spec = this.#directory.get(agent)?.spec;
    if (spec !== undefined && !this.isDraining) this.#passivation.rest(spec);
    emit({ type: 'agent.waiting', agent, for: this.#reasonToWait(agent) });
    if (this.#restarter.isComingToRest(agent)) clock.defer(() => this.#restarter.atRest(agent));
    clock.defer(this.isDraining ? () => this.#rest(agent) : this.#ending.check);
  }

  /** The agent cannot go on before a person has answered. */
  #hold(agent: string): void {
    const { clock } = this.#env;
    if (this.#restarter.isComingToRest(agent)) clock.defer(() => this.#restarter.atRest(agent));
    clock.defer(this.isDraining ? () => this.#rest(agent) : this.#ending.check);
  }

  #reasonToWait(agent: string): string {
    if (this.isDraining) return 'the end of the run';
    if (this.#restarter.isComingToRest(agent)) return 'its restart';
    if (this.#directory.get(agent)?.isTelling)
      return `room in the mailbox of ${this.office.mailboxes.waitedFor(agent).join(', ')}`;
    return this.#paused.has(agent) ? 'to be resumed' : 'a message';
  }

  #assertAlive(verb: string, agent: string): void {
    if (!this.#directory.isAlive(agent)) throw unknownAgent(verb, agent);
  }

  /** It has nothing to do, and what it has done is on its way to memory. */
  #maySleep(agent: string): boolean {
    const context = this.#directory.get(agent)?.context;
    if (context === undefined || !this.#idle.has(agent) || this.#paused.has(agent)) return false;
    if (context.work.isTelling || context.work.journal.length > 0) return false;
    // Parts of what is not complete yet are in memory alone.
    if ((context.work.mailbox?.size ?? 0) > 0) return false;
    return !this.isDraining && !this.#restarter.isComingToRest(agent);
  }

  /** Something in the agent itself threw: an action, a guard, a template. */
  #fault(child: Child, thrown: unknown): void {
    const info = toErrorInfo(thrown);
    const error: ErrorInfo = info.code === 'ERROR' ? { code: 'AGENT_FAULT', message: info.message } : info;
    this.#close(child, 'failed', error);
  }

  /** An agent has ended by itself: for good, unless its supervisor starts it again. */
  #close(child: Child, status: EndedStatus, fault?: ErrorInfo): void {
    if (this.#directory.get(child.spec.id) !== child || child.isClosing) return;
    const context = child.context;
    const { error = fault, work } = context;
    if (status === 'failed') abortCalls(work.inFlight, new TroupeError('ABORTED', 'The agent has failed'));
    if (this.#restarter.take(child.spec.id, status, context, error)) return;
    // Others hear of it before it is written down, which would keep a run that goes on from telling them.
    this.#departures.leave(child, status, error);
    if (status === 'failed') storeEnd(this.#env, error === undefined ? context : { ...context, error }, 'failed');
    else if (error?.code === 'BUDGET') storeEnd(this.#env, context, status);
  }

  /** Its turn may finish, then its restarter is told. */
  #bringToRest(agent: string): void {
    const isAtRest = this.#idle.has(agent) || this.#ending.isParked(agent) || this.#held.isHeld(agent);
    if (isAtRest) this.#env.clock.defer(() => this.#restarter.atRest(agent));
    else this.#directory.get(agent)?.pause();
  }

  /** The supervisor above all gives up: the agent that failed has failed, and the others are stopped. */
  #giveUp(error: ErrorInfo, agent: string, life: ResumedAgent): void {
    const spec = this.#vacated.get(agent);
    if (spec !== undefined) storeEnd(this.#env, { ...createContext({ spec, resumed: life }), error }, 'failed');
    this.#departures.gone(agent, { status: 'failed', turns: life.point.turn, error });
    this.#ending.giveUp(error);
  }

  /** Ends an agent where it is. Its last stored turn stays the place to go on from. */
  #stopChild(child: Child): void {
    this.#departures.leave(child, 'stopped');
    this.#nursery.halt(child);
  }

  /** Its turn is over, and the run is ended. */
  #rest(agent: string): void {
    this.#ending.rest([agent]);
    this.#ending.check();
  }

  #stopAll(ids: readonly string[]): void {
    for (const id of ids) {
      const child = this.#directory.get(id);
      if (child !== undefined) this.#stopChild(child);
    }
    this.#ending.check();
  }

  /** Why the run was given up, if it was. */
  get failure(): ErrorInfo | undefined {
    return this.#ending.failure;
  }

  #stopped(): void {
    this.#ending.finish();
    this.#resolve(this.#ending.end);
  }
}

/** By the state of the chart that an agent has ended in. */
function toEndedStatus(state: unknown): EndedStatus {
  return state === 'failed' || state === 'stopped' ? state : 'done';
}

function unknownAgent(verb: string, agent: string): TroupeError {
  return new TroupeError('AGENT_UNKNOWN', `Cannot ${verb} "${agent}": no such agent is running`);
}

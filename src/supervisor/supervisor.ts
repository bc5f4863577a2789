import { type Actor, createActor } from 'xstate';
import { createContext } from '../agent/context.ts';
import { type AgentEnvironment, abortCalls } from '../agent/environment.ts';
import type { ResumedAgent } from '../agent/resumed-agent.ts';
import { storeEnd } from '../agent/storing.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { LOOP_SLICE } from '../base/limits.ts';
import type { AgentSpec, AgentStatus, AgentView, EndedStatus, ErrorInfo, JournalRecord, Message } from '../protocol.ts';
import { createSupervisorMachine, type SupervisorMachine } from './chart.ts';
import type { Child, Parent } from './child.ts';
import { createDirectory, type Directory } from './directory.ts';
import { Ending, type SupervisorEnd } from './ending.ts';
import { Nursery } from './nursery.ts';
import { Passivation } from './passivation.ts';
import { Restarter } from './restarter.ts';
import type { SupervisionTree } from './tree.ts';

export interface SupervisorOptions {
  /** Where agents go on that a stopped run has left. */
  readonly resumed: ReadonlyMap<string, ResumedAgent>;
  /** True: somebody may still send from outside, so waiting for a message is not the end. */
  readonly keepOpen: boolean;
  /** Who supervises whom, and how. */
  readonly tree: SupervisionTree;
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
    woken: (child) => this.#idle.delete(child.spec.id),
    ended: (child) => this.#close(child, toEndedStatus(child.actor.getSnapshot().value)),
    faulted: (child, thrown) => this.#fault(child, thrown),
  };
  /** Agents that have nothing to do. */
  readonly #idle = new Set<string>();
  /** Agents that take nothing new; those not yet started too. */
  readonly #paused = new Set<string>();
  /** How many of the specs have been started. */
  #started = 0;
  readonly #restarter: Restarter;
  readonly #passivation: Passivation;
  /** Agents that have stopped and will start again. */
  readonly #vacated = new Map<string, AgentSpec>();
  readonly #ending: Ending;
  #resolve: (end: SupervisorEnd) => void = () => {};

  /** @param env The run's, with this supervisor behind its `idle`, `isDraining` and `sendMessage`. */
  constructor(env: AgentEnvironment, options: SupervisorOptions) {
    this.#env = env;
    this.#options = options;
    this.#nursery = new Nursery(env, this.#parent);
    const machine = createSupervisorMachine({
      drain: (reason) => this.#ending.begin(reason),
      stop: () => this.#stopped(),
    });
    this.#chart = createActor(machine, { id: 'supervisor' });
    this.#restarter = new Restarter(env, options.tree, {
      contextOf: (agent) => this.#directory.get(agent)?.context,
      bringToRest: (agent) => this.#bringToRest(agent),
      vacate: (agent) => this.#vacate(agent),
      start: (agent, life) => this.#startAgain(agent, life),
      giveUp: (error, agent, life) => this.#giveUp(error, agent, life),
    });
    this.#passivation = new Passivation(env, {
      maySleep: (agent) => this.#maySleep(agent),
      vacate: (agent) => this.#takeAway(agent),
      start: (spec, life) => this.#startAgent(spec, life, true),
      fail: (agent, error) => this.#failAsleep(agent, error),
    });
    this.#ending = new Ending(
      env,
      {
        directory: this.#directory,
        idle: this.#idle,
        paused: this.#paused,
        passivation: this.#passivation,
        restarter: this.#restarter,
        isSettled: () => this.#isSettled(),
        stop: (agents) => this.#stopAll(agents),
        dismiss: (agents) => this.#dismissAll(agents),
        drain: (reason) => this.drain(reason),
        emptied: () => this.#chart.send({ type: 'emptied' }),
      },
      { keepOpen: options.keepOpen, shutdownMs: options.tree.root.spec.shutdownMs },
    );
    for (const spec of options.tree.order) this.#directory.reserve(spec.id);
  }

  /** Everybody has been started, and nobody is about to be started or woken again. */
  #isSettled(): boolean {
    const allStarted = this.#started >= this.#options.tree.order.length || this.isDraining;
    if (!allStarted || this.#chart.getSnapshot().status !== 'active') return false;
    return this.#restarter.size === 0 && !this.#passivation.isWaking;
  }

  /** Starts everyone, in slices. Resolves when nobody is left. */
  run(): Promise<SupervisorEnd> {
    this.#chart.start();
    this.#env.clock.defer(this.#startSlice);
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Lets turns finish for `DRAIN_TIMEOUT_MS`, starts nothing new, then stops everyone where they are. Idempotent. */
  drain(reason: string): void {
    this.#chart.send({ type: 'drain', reason });
  }

  get isDraining(): boolean {
    return this.#ending.isDraining;
  }

  /** Ends one agent for good. @throws {TroupeError} `AGENT_UNKNOWN`. */
  stop(agent: string): void {
    const child = this.#directory.get(agent);
    if (child === undefined) {
      this.#assertAlive('stop', agent);
      this.#cancel(agent);
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
    return this.#options.tree.order.filter(({ id }) => this.#directory.isAlive(id));
  }

  /** Undefined: it has not started, or has ended. */
  view(agent: string): AgentView | undefined {
    return this.#directory.get(agent)?.view();
  }

  /** What an agent has not yet handed to the store; always the same array until it does. */
  pendingJournal(agent: string): readonly JournalRecord[] | undefined {
    return this.#directory.get(agent)?.context.work.journal;
  }

  /** @throws {TroupeError} `AGENT_UNKNOWN`, `MAILBOX_FULL`. */
  deliver(message: Message): void {
    this.#directory.deliver(message);
    this.#passivation.wake(message.to);
    this.#env.emit({ type: 'message.sent', agent: message.from, message });
  }

  /** The agent says that it has nothing to do, or may not go on. */
  idle(agent: string): void {
    const { clock, emit } = this.#env;
    this.#idle.add(agent);
    const spec = this.#directory.get(agent)?.spec;
    if (spec !== undefined && !this.isDraining) this.#passivation.rest(spec);
    emit({ type: 'agent.waiting', agent, for: this.#reasonToWait(agent) });
    if (this.#restarter.isComingToRest(agent)) clock.defer(() => this.#restarter.atRest(agent));
    clock.defer(this.isDraining ? () => this.#stopAll([agent]) : this.#ending.check);
  }

  #reasonToWait(agent: string): string {
    if (this.isDraining) return 'the end of the run';
    if (this.#restarter.isComingToRest(agent)) return 'its restart';
    return this.#paused.has(agent) ? 'to be resumed' : 'a message';
  }

  #assertAlive(verb: string, agent: string): void {
    if (!this.#directory.isAlive(agent)) throw unknownAgent(verb, agent);
  }

  /** Those of a slice decide before the next slice starts: the first answers do not wait for the last start. */
  readonly #startSlice = (): void => {
    const specs = this.#options.tree.order;
    for (let count = 0; count < LOOP_SLICE && !this.isDraining; count++) {
      const spec = specs[this.#started];
      if (spec === undefined) break;
      this.#started++;
      if (this.#directory.isAlive(spec.id)) this.#startFirst(spec);
    }
    if (this.#started < specs.length && !this.isDraining) {
      this.#env.clock.defer(this.#startSlice);
      return;
    }
    this.#chart.send({ type: 'started' });
    this.#ending.check();
  };

  /** It has nothing to do, and what it has done is on its way to memory. */
  #maySleep(agent: string): boolean {
    const context = this.#directory.get(agent)?.context;
    if (context === undefined || !this.#idle.has(agent) || this.#paused.has(agent)) return false;
    return !this.isDraining && !this.#restarter.isComingToRest(agent) && context.work.journal.length === 0;
  }

  /** Starts an agent, or waits with it: its restart may have been due later than its run was stopped. */
  #startFirst(spec: AgentSpec): void {
    const life = this.#options.resumed.get(spec.id);
    if (life === undefined && !this.#directory.hasMail(spec.id) && this.#passivation.sleepFromStart(spec)) return;
    if (life?.retryAt === undefined || life.retryAt <= this.#env.clock.elapsed()) {
      this.#startAgent(spec, life);
      return;
    }
    this.#vacated.set(spec.id, spec);
    this.#restarter.postpone(spec.id, life, life.retryAt);
  }

  #startAgent(spec: AgentSpec, resumed: ResumedAgent | undefined, isWoken = false): void {
    this.#vacated.delete(spec.id);
    const paused = this.#paused.has(spec.id);
    const child = this.#nursery.make({ spec, ...(resumed && { resumed }), ...(paused && { paused }) });
    if (!isWoken) this.#env.emit({ type: 'agent.started', agent: spec.id, group: spec.group.name });
    const mail = this.#directory.enter(spec.id, child);
    child.actor.start();
    if (resumed?.cut !== undefined) child.actor.send({ type: 'recall' });
    // After the start, or it would count as idle while it answers.
    for (const message of mail) this.#directory.get(spec.id)?.receive(message);
  }

  /** Something in the agent itself threw: an action, a guard, a template. */
  #fault(child: Child, thrown: unknown): void {
    const info = toErrorInfo(thrown);
    const error: ErrorInfo = info.code === 'ERROR' ? { code: 'AGENT_FAULT', message: info.message } : info;
    this.#close(child, 'failed', error);
  }

  /** An agent has ended by itself: for good, unless its supervisor starts it again. */
  #close(child: Child, status: EndedStatus, fault?: ErrorInfo): void {
    if (this.#directory.get(child.spec.id) !== child) return;
    const context = child.context;
    const { error = fault, work } = context;
    if (status === 'failed') abortCalls(work.inFlight, new TroupeError('ABORTED', 'The agent has failed'));
    if (this.#restarter.take(child.spec.id, status, context, error)) return;
    if (status === 'failed') storeEnd(this.#env, error === undefined ? context : { ...context, error }, 'failed');
    else if (error?.code === 'BUDGET') storeEnd(this.#env, context, status);
    this.#leave(child, status, error);
  }

  #startAgain(agent: string, life: ResumedAgent): void {
    const spec = this.#vacated.get(agent);
    this.#vacated.delete(agent);
    if (spec !== undefined) this.#startAgent(spec, life);
  }

  /** Its turn may finish, then its restarter is told. */
  #bringToRest(agent: string): void {
    const isAtRest = this.#idle.has(agent) || this.#ending.isParked(agent);
    if (isAtRest) this.#env.clock.defer(() => this.#restarter.atRest(agent));
    else this.#directory.get(agent)?.pause();
  }

  /** The supervisor above all gives up: the agent that failed has failed, and the others are stopped. */
  #giveUp(error: ErrorInfo, agent: string, life: ResumedAgent): void {
    const spec = this.#vacated.get(agent);
    if (spec !== undefined) storeEnd(this.#env, { ...createContext({ spec, resumed: life }), error }, 'failed');
    this.#goneWithoutActor(agent, { status: 'failed', turns: life.point.turn, error });
    this.#ending.giveUp(error);
  }

  #vacate(agent: string): void {
    const child = this.#takeAway(agent);
    if (child !== undefined) this.#vacated.set(agent, child.spec);
  }

  /** Takes an agent's actor away; its address stays. */
  #takeAway(agent: string): Child | undefined {
    const child = this.#directory.get(agent);
    if (child === undefined) return undefined;
    this.#directory.vacate(agent);
    this.#idle.delete(agent);
    this.#nursery.halt(child);
    return child;
  }

  #leave(child: Child, status: AgentStatus, fault?: ErrorInfo): void {
    const { spec } = child;
    if (this.#directory.get(spec.id) !== child) return;
    this.#directory.leave(spec.id);
    this.#idle.delete(spec.id);
    this.#paused.delete(spec.id);
    this.#ending.unpark(spec.id);
    const { turn, criticalPathMs, error = fault } = child.context;
    const ended = { agent: spec.id, status, turns: turn, criticalPathMs };
    this.#env.emit({ type: 'agent.ended', ...ended, ...(error !== undefined && { error }) });
    if (this.#directory.size === this.#idle.size) this.#env.clock.defer(this.#ending.check);
  }

  /** Ends an agent where it is. Its last stored turn stays the place to go on from. */
  #stopChild(child: Child): void {
    this.#leave(child, 'stopped');
    this.#nursery.halt(child);
  }

  /** Ends an agent that has not started. */
  #cancel(agent: string): void {
    if (this.#passivation.forget(agent)) {
      this.#passivation.end(agent).catch(this.#env.storeFailed);
      this.#dismissAll([agent]);
      this.#env.clock.defer(this.#ending.check);
      return;
    }
    const spec = this.#options.tree.order.find(({ id }) => id === agent);
    const resumed = this.#restarter.forget(agent) ?? this.#options.resumed.get(agent);
    if (spec !== undefined) storeEnd(this.#env, createContext({ spec, ...(resumed && { resumed }) }), 'stopped');
    this.#goneWithoutActor(agent, { status: 'stopped', turns: resumed?.point.turn ?? 0 });
    this.#env.clock.defer(this.#ending.check);
  }

  #stopAll(ids: readonly string[]): void {
    for (const id of ids) {
      const child = this.#directory.get(id);
      if (child !== undefined) this.#stopChild(child);
    }
    this.#ending.check();
  }

  /** It is not started again in this process; its journal says where it goes on. */
  #dismissAll(agents: readonly string[]): void {
    for (const agent of agents) {
      this.#passivation.forget(agent);
      this.#goneWithoutActor(agent, { status: 'stopped', turns: 0 });
    }
  }

  /** Memory could not give it back. */
  #failAsleep(agent: string, error: ErrorInfo): void {
    this.#goneWithoutActor(agent, { status: 'failed', turns: 0, error });
    this.#env.clock.defer(this.#ending.check);
  }

  /** One that was asleep, waited for its restart or had not started. */
  #goneWithoutActor(
    agent: string,
    { status, turns, error }: { status: EndedStatus; turns: number; error?: ErrorInfo },
  ): void {
    this.#vacated.delete(agent);
    this.#directory.leave(agent);
    this.#paused.delete(agent);
    const ended = { agent, status, turns, criticalPathMs: 0 };
    this.#env.emit({ type: 'agent.ended', ...ended, ...(error !== undefined && { error }) });
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

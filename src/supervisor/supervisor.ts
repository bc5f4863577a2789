import { type Actor, type ActorLogic, type AnyActorRef, createActor, type EventObject, type Snapshot } from 'xstate';
import { type AgentContext, createContext, type ResumedAgent } from '../agent/context.ts';
import { type AgentEnvironment, abortCalls } from '../agent/environment.ts';
import { type AgentMachine, createAgentLogic } from '../agent/machine.ts';
import { storeEnd } from '../agent/storing.ts';
import type { Timer } from '../base/clock.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { DRAIN_TIMEOUT_MS, LOOP_SLICE } from '../base/limits.ts';
import type { AgentSpec, AgentStatus, ErrorInfo, Message } from '../protocol.ts';
import { createSupervisorMachine, type SupervisorMachine } from './chart.ts';
import { createDirectory, type Directory, type Recipient } from './directory.ts';

/** How a run's agents came to an end. */
export type SupervisorEnd = 'finished' | 'stalled' | 'drained';

export interface SupervisorOptions {
  readonly specs: readonly AgentSpec[];
  /** Where agents go on that a stopped run has left; those it has finished are not among the specs. */
  readonly resumed: ReadonlyMap<string, ResumedAgent>;
  /** True: somebody may still send from outside, so waiting for a message is not the end. */
  readonly keepOpen: boolean;
}

/** What a child tells its supervisor. */
interface Parent {
  woken(child: Child): void;
  ended(child: Child): void;
  faulted(child: Child, thrown: unknown): void;
}

/** One agent and its actor; also the actor's observer and the address's recipient, so that none of it needs closures. */
class Child implements Recipient {
  readonly spec: AgentSpec;
  readonly actor: Actor<AgentMachine>;
  readonly #parent: Parent;

  constructor(spec: AgentSpec, actor: Actor<AgentMachine>, parent: Parent) {
    this.spec = spec;
    this.actor = actor;
    this.#parent = parent;
  }

  /** An agent that failed while its actor was being made has no context of its own yet. */
  get context(): AgentContext {
    return (this.actor.getSnapshot().context as AgentContext | undefined) ?? createContext({ spec: this.spec });
  }

  waiting(): number {
    return this.context.mailbox.length;
  }

  receive(message: Message): void {
    this.#parent.woken(this);
    this.actor.send({ type: 'message', message });
  }

  complete(): void {
    this.#parent.ended(this);
  }

  error(thrown: unknown): void {
    this.#parent.faulted(this, thrown);
  }
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
  readonly #logic: AgentMachine;
  readonly #chart: Actor<SupervisorMachine>;
  readonly #directory: Directory<Child> = createDirectory();
  /**
   * The agents' common XState system. Not the supervisor's chart: an actor of its own that hears every end and
   * does nothing. A system for each agent would be half of what an idle agent weighs (3.8 kB instead of 2.0).
   */
  readonly #household = createActor(householdLogic, { id: 'agents' }).start();
  readonly #parent: Parent = {
    woken: (child) => this.#idle.delete(child.spec.id),
    ended: (child) => this.#leave(child, child.actor.getSnapshot().value === 'failed' ? 'failed' : 'done'),
    faulted: (child, thrown) => this.#fault(child, thrown),
  };
  /** Agents that have nothing to do. */
  readonly #idle = new Set<string>();
  /** How many of the specs have been started. */
  #started = 0;
  #end: SupervisorEnd = 'finished';
  #deadline: Timer | undefined;
  #resolve: (end: SupervisorEnd) => void = () => {};

  /** @param env The run's, with this supervisor behind its `idle`, `isDraining` and `sendMessage`. */
  constructor(env: AgentEnvironment, options: SupervisorOptions) {
    this.#env = env;
    this.#options = options;
    this.#logic = createAgentLogic(env);
    const machine = createSupervisorMachine({ drain: (reason) => this.#drain(reason), stop: () => this.#stopped() });
    this.#chart = createActor(machine, { id: 'supervisor' });
    for (const spec of options.specs) this.#directory.reserve(spec.id);
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
    return this.#end === 'drained';
  }

  /** Ends one agent for good. @throws {TroupeError} `AGENT_UNKNOWN`. */
  stop(agent: string): void {
    const child = this.#directory.get(agent);
    if (child === undefined) throw new TroupeError('AGENT_UNKNOWN', `Cannot stop "${agent}": no such agent is running`);
    const context = child.context;
    this.#stopChild(child);
    storeEnd(this.#env, context, 'stopped');
  }

  /** @throws {TroupeError} `AGENT_UNKNOWN`, `MAILBOX_FULL`. */
  deliver(message: Message): void {
    this.#directory.deliver(message);
    this.#env.emit({ type: 'message.sent', agent: message.from, message });
  }

  /** The agent says that it has nothing to do, or may not go on. */
  idle(agent: string): void {
    const { clock, emit } = this.#env;
    this.#idle.add(agent);
    emit({ type: 'agent.waiting', agent, for: this.isDraining ? 'the end of the run' : 'a message' });
    clock.defer(this.isDraining ? () => this.#stopAll([agent]) : this.#checkEnd);
  }

  /** Those of a slice decide before the next slice starts: the first answers do not wait for the last start. */
  readonly #startSlice = (): void => {
    const { specs } = this.#options;
    for (let count = 0; count < LOOP_SLICE && !this.isDraining; count++) {
      const spec = specs[this.#started];
      if (spec === undefined) break;
      this.#started++;
      this.#startAgent(spec);
    }
    if (this.#started < specs.length && !this.isDraining) {
      this.#env.clock.defer(this.#startSlice);
      return;
    }
    this.#chart.send({ type: 'started' });
    this.#checkEnd();
  };

  #startAgent(spec: AgentSpec): void {
    const resumed = this.#options.resumed.get(spec.id);
    const input = resumed === undefined ? { spec } : { spec, resumed };
    const actor = createActor(this.#logic, {
      id: spec.id,
      input,
      parent: this.#household,
    } as never) as Actor<AgentMachine>;
    const child = new Child(spec, actor, this.#parent);
    actor.subscribe(child);
    this.#env.emit({ type: 'agent.started', agent: spec.id, group: spec.group.name });
    this.#directory.enter(spec.id, child);
    actor.start();
  }

  /** Something in the agent itself threw: an action, a guard, a template. */
  #fault(child: Child, thrown: unknown): void {
    const info = toErrorInfo(thrown);
    const error: ErrorInfo = info.code === 'ERROR' ? { code: 'AGENT_FAULT', message: info.message } : info;
    const context = child.context;
    abortCalls(context.work.inFlight, new TroupeError('ABORTED', 'The agent has failed'));
    storeEnd(this.#env, { ...context, error }, 'failed');
    this.#leave(child, 'failed', error);
  }

  #leave(child: Child, status: AgentStatus, fault?: ErrorInfo): void {
    const { spec } = child;
    if (this.#directory.get(spec.id) !== child) return;
    this.#directory.leave(spec.id);
    this.#idle.delete(spec.id);
    const { turn, criticalPathMs, error = fault } = child.context;
    const ended = { agent: spec.id, status, turns: turn, criticalPathMs };
    this.#env.emit({ type: 'agent.ended', ...ended, ...(error !== undefined && { error }) });
    if (this.#directory.size === this.#idle.size) this.#env.clock.defer(this.#checkEnd);
  }

  /** Ends an agent where it is. Its last stored turn stays the place to go on from. */
  #stopChild(child: Child): void {
    const { work } = child.context;
    this.#leave(child, 'stopped');
    work.wallTimer?.cancel();
    abortCalls(work.inFlight, new TroupeError('ABORTED', 'The agent was stopped'));
    this.#household.send({ type: 'stop', actor: child.actor });
  }

  #stopAll(ids: readonly string[]): void {
    for (const id of ids) {
      const child = this.#directory.get(id);
      if (child !== undefined) this.#stopChild(child);
    }
    this.#checkEnd();
  }

  /** Nobody is left, or those who are left wait for each other. */
  readonly #checkEnd = (): void => {
    const allStarted = this.#started >= this.#options.specs.length || this.isDraining;
    if (!allStarted || this.#chart.getSnapshot().status !== 'active') return;
    if (this.#directory.size === 0) {
      this.#chart.send({ type: 'emptied' });
    } else if (this.#idle.size === this.#directory.size && !this.isDraining && !this.#options.keepOpen) {
      this.#end = 'stalled';
      const waiting = [...this.#idle].map((agent) => ({ agent, for: 'a message' }));
      this.#env.emit({ type: 'run.stalled', waiting });
      this.#stopAll([...this.#idle]);
    }
  };

  #drain(reason: string): void {
    const { clock, emit } = this.#env;
    this.#end = 'drained';
    emit({ type: 'run.draining', reason });
    clock.defer(() => this.#stopAll([...this.#idle]));
    this.#deadline = clock.setTimer(DRAIN_TIMEOUT_MS, () => this.#stopAll(this.#directory.ids()));
  }

  #stopped(): void {
    this.#deadline?.cancel();
    this.#resolve(this.#end);
  }
}

type HouseholdEvent = EventObject | { readonly type: 'stop'; readonly actor: AnyActorRef };

/** XState lets only a parent stop what is no root. */
const householdLogic: ActorLogic<Snapshot<undefined>, HouseholdEvent> = {
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  transition(snapshot, event, scope) {
    if ('actor' in event) scope.stopChild(event.actor);
    return snapshot;
  },
  getPersistedSnapshot: (snapshot) => snapshot,
};

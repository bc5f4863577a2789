import { type Actor, createActor } from 'xstate';
import { type AgentInput, createContext, type ResumedAgent } from '../agent/context.ts';
import { type AgentEnvironment, abortCalls } from '../agent/environment.ts';
import { type AgentMachine, createAgentLogic } from '../agent/machine.ts';
import { storeEnd } from '../agent/storing.ts';
import type { Timer } from '../base/clock.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { DRAIN_TIMEOUT_MS, LOOP_SLICE } from '../base/limits.ts';
import type { AgentSpec, AgentStatus, AgentView, ErrorInfo, JournalRecord, Message } from '../protocol.ts';
import { createSupervisorMachine, type SupervisorMachine } from './chart.ts';
import { Child, type Parent } from './child.ts';
import { createDirectory, type Directory } from './directory.ts';
import { createHousehold } from './household.ts';

/** How a run's agents came to an end. */
export type SupervisorEnd = 'finished' | 'stalled' | 'drained';

export interface SupervisorOptions {
  readonly specs: readonly AgentSpec[];
  /** Where agents go on that a stopped run has left; those it has finished are not among the specs. */
  readonly resumed: ReadonlyMap<string, ResumedAgent>;
  /** True: somebody may still send from outside, so waiting for a message is not the end. */
  readonly keepOpen: boolean;
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
  readonly #household = createHousehold();
  readonly #parent: Parent = {
    woken: (child) => this.#idle.delete(child.spec.id),
    ended: (child) => this.#leave(child, child.actor.getSnapshot().value === 'failed' ? 'failed' : 'done'),
    faulted: (child, thrown) => this.#fault(child, thrown),
  };
  /** Agents that have nothing to do. */
  readonly #idle = new Set<string>();
  /** Agents that take nothing new; those not yet started too. */
  readonly #paused = new Set<string>();
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
    if (child === undefined) {
      this.#assertAlive('stop', agent);
      this.#cancel(agent);
      return;
    }
    const context = child.context;
    this.#stopChild(child);
    storeEnd(this.#env, context, 'stopped');
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
    this.#env.emit({ type: 'agent.resumed', agent });
    this.#directory.get(agent)?.resume();
  }

  /** Those who have not ended, in the order in which they start. */
  alive(): AgentSpec[] {
    return this.#options.specs.filter(({ id }) => this.#directory.isAlive(id));
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
    this.#env.emit({ type: 'message.sent', agent: message.from, message });
  }

  /** The agent says that it has nothing to do, or may not go on. */
  idle(agent: string): void {
    const { clock, emit } = this.#env;
    this.#idle.add(agent);
    emit({ type: 'agent.waiting', agent, for: this.#reasonToWait(agent) });
    clock.defer(this.isDraining ? () => this.#stopAll([agent]) : this.#checkEnd);
  }

  #reasonToWait(agent: string): string {
    if (this.isDraining) return 'the end of the run';
    return this.#paused.has(agent) ? 'to be resumed' : 'a message';
  }

  #assertAlive(verb: string, agent: string): void {
    if (!this.#directory.isAlive(agent)) throw unknownAgent(verb, agent);
  }

  /** Those of a slice decide before the next slice starts: the first answers do not wait for the last start. */
  readonly #startSlice = (): void => {
    const { specs } = this.#options;
    for (let count = 0; count < LOOP_SLICE && !this.isDraining; count++) {
      const spec = specs[this.#started];
      if (spec === undefined) break;
      this.#started++;
      if (this.#directory.isAlive(spec.id)) this.#startAgent(spec);
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
    const paused = this.#paused.has(spec.id);
    const input: AgentInput = { spec, ...(resumed && { resumed }), ...(paused && { paused }) };
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
    this.#paused.delete(spec.id);
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

  /** Ends an agent that has not started. */
  #cancel(agent: string): void {
    const spec = this.#options.specs.find(({ id }) => id === agent);
    const resumed = this.#options.resumed.get(agent);
    this.#directory.leave(agent);
    this.#paused.delete(agent);
    if (spec !== undefined) storeEnd(this.#env, createContext({ spec, ...(resumed && { resumed }) }), 'stopped');
    this.#env.emit({ type: 'agent.ended', agent, status: 'stopped', turns: resumed?.turn ?? 0, criticalPathMs: 0 });
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
    } else if (this.#isStalled()) {
      this.#end = 'stalled';
      const waiting = [...this.#idle].map((agent) => ({ agent, for: 'a message' }));
      this.#env.emit({ type: 'run.stalled', waiting });
      this.#stopAll([...this.#idle]);
    }
  };

  /** Everybody waits for a message, and nobody outside may send one. */
  #isStalled(): boolean {
    if (this.isDraining || this.#options.keepOpen || this.#paused.size > 0) return false;
    return this.#idle.size === this.#directory.size;
  }

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

function unknownAgent(verb: string, agent: string): TroupeError {
  return new TroupeError('AGENT_UNKNOWN', `Cannot ${verb} "${agent}": no such agent is running`);
}

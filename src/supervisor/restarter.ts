import type { AgentContext } from '../agent/context.ts';
import type { AgentEnvironment } from '../agent/environment.ts';
import type { ResumedAgent } from '../agent/resumed-agent.ts';
import type { Timer } from '../base/clock.ts';
import type { EndedStatus, ErrorInfo } from '../protocol.ts';
import { noteRestart, setAside, toNextLife } from './next-life.ts';
import { isRetryable, shouldRestart, toBackoffMs } from './restart.ts';
import { type SupervisionTree, type SupervisorNode, toAffected } from './tree.ts';

/** What a restarter needs of the supervisor that owns the agents. */
export interface Household {
  /** The agent runs: its context. */
  contextOf(agent: string): AgentContext | undefined;
  /** It takes nothing new; `Restarter.atRest` is told when its turn is over. */
  bringToRest(agent: string): void;
  /** Takes a running agent's actor away; its address stays, and what is sent to it waits. */
  vacate(agent: string): void;
  start(agent: string, life: ResumedAgent): void;
  /** The supervisor above all has given up, when this agent failed. */
  giveUp(error: ErrorInfo, agent: string, life: ResumedAgent): void;
}

/** Agents that are started together, once those of them that ran have come to rest. */
interface Restart {
  /** In the order in which they start. */
  readonly order: readonly string[];
  readonly lives: Map<string, ResumedAgent>;
  readonly running: Set<string>;
  timer: Timer | undefined;
  readonly startAt: number;
}

interface Failures {
  /** Since the last turn that was stored. */
  inRow: number;
  /** Turns stored when it failed last. */
  turn: number;
  /** Of the observation it failed at. */
  attempts: number;
  observation: number;
}

/** Starts agents again that have failed: whom, when, and with what is said by their supervisors. */
export class Restarter {
  readonly #env: AgentEnvironment;
  readonly #tree: SupervisionTree;
  readonly #household: Household;
  readonly #failures = new Map<string, Failures>();
  /** By agent: the restart it is part of. */
  readonly #restarts = new Map<string, Restart>();

  constructor(env: AgentEnvironment, tree: SupervisionTree, household: Household) {
    this.#env = env;
    this.#tree = tree;
    this.#household = household;
  }

  /** Agents that will be started again. */
  get size(): number {
    return this.#restarts.size;
  }

  /**
   * An agent has ended by itself.
   *
   * @param error Why, if it failed.
   * @returns Whether it is started again; if not, its end is final.
   */
  take(agent: string, status: EndedStatus, context: AgentContext, error: ErrorInfo | undefined): boolean {
    const { restart } = context.spec.group;
    const under = this.#restarts.get(agent);
    if (this.#env.isDraining()) return false;
    const isFinal = error?.code === 'STORE_FAILED' || error?.code === 'BUDGET';
    if (under === undefined && (isFinal || !shouldRestart(restart, status))) return false;
    if (under !== undefined && (isFinal || status !== 'failed')) {
      this.#settle(under, agent, undefined);
      return false;
    }
    const node = this.#tree.supervisorOf(agent);
    const failure = error ?? { code: 'ENDED', message: 'It has come to its end, and is permanent' };
    const life = status === 'failed' ? this.#nextLife(context, failure, node) : beginAgain(context);
    this.#household.vacate(agent);
    if (under !== undefined) this.#settle(under, agent, life);
    else this.#fail(node, agent, life, failure);
    return true;
  }

  /** The agent's turn is over, and it may be taken away. */
  atRest(agent: string): void {
    const restart = this.#restarts.get(agent);
    const context = this.#household.contextOf(agent);
    if (restart === undefined || context === undefined || !restart.running.has(agent)) return;
    const life = toNextLife(context);
    this.#household.vacate(agent);
    this.#settle(restart, agent, life);
  }

  isComingToRest(agent: string): boolean {
    return this.#restarts.get(agent)?.running.has(agent) ?? false;
  }

  /** It is not started again. @returns Where it would have gone on; undefined if it was not about to. */
  forget(agent: string): ResumedAgent | undefined {
    const restart = this.#restarts.get(agent);
    if (restart === undefined) return undefined;
    const life = restart.lives.get(agent);
    this.#settle(restart, agent, undefined);
    return life;
  }

  /** Starts nobody again from here on. @returns Who was about to be. */
  stop(): string[] {
    const waiting = [...this.#restarts].flatMap(([agent, { running }]) => (running.has(agent) ? [] : [agent]));
    for (const restart of this.#restarts.values()) restart.timer?.cancel();
    this.#restarts.clear();
    return waiting;
  }

  /** Waits for an agent that was about to be started again when its run was stopped. */
  postpone(agent: string, life: ResumedAgent, until: number): void {
    this.#begin([agent], new Map([[agent, life]]), until - this.#env.clock.elapsed(), 0);
  }

  #nextLife(context: AgentContext, error: ErrorInfo, node: SupervisorNode): ResumedAgent {
    const { id, group } = context.spec;
    const before = this.#failures.get(id) ?? { inRow: 0, turn: -1, attempts: context.work.attempts, observation: -1 };
    const { turn } = context.work.point;
    const observation = context.observations;
    const failures: Failures = {
      inRow: before.turn === turn || before.turn === -1 ? before.inRow + 1 : 1,
      turn,
      attempts: before.observation === observation || before.observation === -1 ? before.attempts + 1 : 1,
      observation,
    };
    this.#failures.set(id, failures);
    if (!isRetryable(error.code) || failures.attempts > group.retries) {
      const life = setAside(this.#env, context, { error, attempts: failures.attempts });
      // Giving up on it is no progress of the agent's.
      this.#failures.set(id, { ...failures, turn: life.point.turn, attempts: 0, observation: observation + 1 });
      return life;
    }
    const until = this.#env.clock.elapsed() + this.#backoffMs(id, node);
    noteRestart(this.#env, context, { error, attempt: failures.attempts, until });
    return toNextLife(context);
  }

  #backoffMs(agent: string, node: SupervisorNode): number {
    const inRow = this.#failures.get(agent)?.inRow ?? 1;
    return toBackoffMs(node.spec.backoff, inRow, this.#env.random.fork(`${agent} restart ${inRow}`));
  }

  /** A child of a supervisor has failed: it is started again, or the supervisor gives up and has failed itself. */
  #fail(node: SupervisorNode, child: string, life: ResumedAgent, error: ErrorInfo, agent = child): void {
    const { clock, emit } = this.#env;
    if (node.window.add(clock.elapsed())) {
      const affected = toAffected(node, child);
      const delayMs = this.#backoffMs(agent, node);
      const lives = new Map([[agent, life]]);
      const attempt = this.#failures.get(agent)?.inRow ?? 1;
      emit({ type: 'agent.restarting', agent, supervisor: node.name, because: 'failure', attempt, delayMs, error });
      this.#restart(node, affected, lives, delayMs);
      return;
    }
    const { maxRestarts, withinMs } = node.spec;
    emit({ type: 'supervisor.escalated', supervisor: node.name, maxRestarts, withinMs, child: agent, error });
    node.window.clear();
    if (node.parent !== undefined) {
      this.#fail(node.parent, node.name, life, error, agent);
      return;
    }
    const message = `Supervisor "${node.name}" gave up after ${maxRestarts} restarts in ${withinMs} ms: ${error.message}`;
    this.#household.giveUp({ code: 'RESTARTS_EXCEEDED', message }, agent, life);
  }

  #restart(node: SupervisorNode, affected: readonly string[], lives: Map<string, ResumedAgent>, delayMs: number): void {
    // Those that wait for a restart of their own come along with this one.
    for (const agent of affected) {
      const other = this.#restarts.get(agent);
      if (other === undefined) continue;
      const life = other.lives.get(agent);
      if (life !== undefined) lives.set(agent, life);
      this.#settle(other, agent, undefined);
    }
    this.#begin(affected, lives, delayMs, node.spec.shutdownMs, node.name);
  }

  #begin(
    affected: readonly string[],
    lives: Map<string, ResumedAgent>,
    delayMs: number,
    shutdownMs: number,
    supervisor = '',
  ): void {
    const { clock, emit } = this.#env;
    const running = affected.filter((agent) => !lives.has(agent) && this.#household.contextOf(agent) !== undefined);
    const order = affected.filter((agent) => lives.has(agent) || running.includes(agent));
    const startAt = clock.elapsed() + Math.max(0, delayMs);
    const restart: Restart = { order, lives, running: new Set(running), timer: undefined, startAt };
    for (const agent of order) this.#restarts.set(agent, restart);
    for (const agent of running.toReversed()) {
      emit({ type: 'agent.restarting', agent, supervisor, because: 'sibling', attempt: 0, delayMs });
      this.#household.bringToRest(agent);
    }
    if (restart.running.size > 0) restart.timer = clock.setTimer(shutdownMs, () => this.#force(restart));
    else this.#schedule(restart);
  }

  /** The time to finish is over: the rest is taken away where it is, in reverse order of the start. */
  #force(restart: Restart): void {
    restart.timer = undefined;
    for (const agent of [...restart.running].reverse()) this.atRest(agent);
  }

  #settle(restart: Restart, agent: string, life: ResumedAgent | undefined): void {
    restart.running.delete(agent);
    if (life === undefined) {
      restart.lives.delete(agent);
      this.#restarts.delete(agent);
    } else restart.lives.set(agent, life);
    if (restart.running.size === 0) this.#schedule(restart);
  }

  #schedule(restart: Restart): void {
    restart.timer?.cancel();
    const delayMs = Math.max(0, restart.startAt - this.#env.clock.elapsed());
    restart.timer = this.#env.clock.setTimer(delayMs, () => {
      for (const agent of restart.order) {
        const life = restart.lives.get(agent);
        if (life === undefined || this.#restarts.get(agent) !== restart) continue;
        this.#restarts.delete(agent);
        this.#household.start(agent, life);
      }
    });
  }
}

/** A permanent agent that has worked through its list works through it again. */
function beginAgain(context: AgentContext): ResumedAgent {
  const life = toNextLife(context);
  return { ...life, point: { ...life.point, taken: 0 } };
}

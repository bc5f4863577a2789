import { createContext } from '../agent/context.ts';
import type { AgentEnvironment } from '../agent/environment.ts';
import { hasObservation } from '../agent/observe.ts';
import { type ResumedAgent, START } from '../agent/resumed-agent.ts';
import { storeEnd } from '../agent/storing.ts';
import type { AgentSpec, AgentStatus, EndedStatus, ErrorInfo } from '../protocol.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';
import type { Passivation } from './passivation.ts';
import type { PostOffice } from './post-office.ts';
import type { Restarter } from './restarter.ts';

/** Where an agent stands that has done nothing. */
const NOT_BEGUN: ResumedAgent = { point: START, transcript: [], mailbox: [], seen: new Set() };

/** What an end of an agent touches, of the supervisor that owns the agents. */
export interface Household {
  readonly directory: Directory<Child>;
  readonly idle: Set<string>;
  readonly paused: Set<string>;
  /** Agents that have stopped and will start again. */
  readonly vacated: Map<string, AgentSpec>;
  readonly office: PostOffice;
  readonly passivation: Pick<Passivation, 'end' | 'forget'>;
  readonly restarter: Pick<Restarter, 'forget'>;
  /** It does not wait for a larger budget any more. */
  unpark(agent: string): void;
  /** Ends agents where they are. */
  stop(agents: readonly string[]): void;
  /** The run may have come to its end. */
  check(): void;
}

/** How agents leave the run: everybody hears of it, and nobody waits for them any more. */
export class Departures {
  readonly #env: AgentEnvironment;
  readonly #household: Household;

  constructor(env: AgentEnvironment, household: Household) {
    this.#env = env;
    this.#household = household;
  }

  /** One that runs. */
  leave(child: Child, status: AgentStatus, fault?: ErrorInfo): void {
    const { directory, idle, paused, office, unpark, check } = this.#household;
    const { spec, context } = child;
    if (directory.get(spec.id) !== child) return;
    directory.leave(spec.id);
    idle.delete(spec.id);
    paused.delete(spec.id);
    unpark(spec.id);
    const { turn, criticalPathMs, error = fault } = context;
    const ended = { agent: spec.id, status, turns: turn, criticalPathMs };
    this.#env.emit({ type: 'agent.ended', ...ended, ...(error !== undefined && { error }) });
    // What waits when the run is ended is gone on with when it is resumed.
    const isPutOff = this.#env.isDraining();
    const isGoingOn = isPutOff && status === 'stopped';
    if (!context.answered) {
      const reason = error?.message ?? `it was ${status}`;
      office.unanswered(spec.id, context.cause, reason, isGoingOn ? undefined : context.taken);
    }
    if (isPutOff) office.drained(spec.id);
    else office.left(spec.id, context.work.mailbox ?? [], context.taken);
    if (directory.size <= idle.size + this.#env.people.agentCount) this.#env.clock.defer(check);
  }

  /** One that was asleep, waited for its restart or had not started. */
  gone(
    agent: string,
    {
      status,
      turns,
      error,
      life,
    }: { status: EndedStatus; turns: number; error?: ErrorInfo; life?: ResumedAgent | undefined },
  ): void {
    const { directory, paused, vacated, office } = this.#household;
    vacated.delete(agent);
    const mail = directory.leave(agent);
    paused.delete(agent);
    const ended = { agent, status, turns, criticalPathMs: 0 };
    this.#env.emit({ type: 'agent.ended', ...ended, ...(error !== undefined && { error }) });
    if (this.#env.isDraining()) {
      office.drained(agent);
      return;
    }
    const { point } = life ?? {};
    if (point?.answered === false) office.unanswered(agent, point.cause, `it was ${status}`, point.taken);
    office.left(agent, [...(life?.mailbox ?? []), ...mail], point?.taken);
  }

  /** Those that have nothing to do, and to whom nothing more will come. */
  close(agents: readonly string[]): void {
    const { directory, passivation, stop } = this.#household;
    for (const agent of agents) {
      const child = directory.get(agent);
      if (child === undefined) {
        if (!passivation.forget(agent)) continue;
        passivation.end(agent, 'done').catch(this.#env.storeFailed);
        this.gone(agent, { status: 'done', turns: 0 });
      } else if (!hasObservation(child.context) && child.close()) {
        storeEnd(this.#env, child.context, 'done');
        this.leave(child, 'done');
      } else if (this.#env.isDraining()) stop([agent]);
    }
  }

  /** Those that are not started again in this process; their journals say where they go on. */
  dismiss(agents: readonly string[]): void {
    for (const agent of agents) {
      this.#household.passivation.forget(agent);
      this.gone(agent, { status: 'stopped', turns: 0 });
    }
  }

  /** One that has not started, for good. @param resumed Where it would have gone on. */
  cancel(spec: AgentSpec, resumed: ResumedAgent | undefined): void {
    const { passivation, restarter, check } = this.#household;
    const agent = spec.id;
    if (passivation.forget(agent)) {
      passivation.end(agent).catch(this.#env.storeFailed);
      this.dismiss([agent]);
    } else {
      const life = restarter.forget(agent) ?? resumed;
      storeEnd(this.#env, createContext({ spec, ...(life && { resumed: life }) }), 'stopped');
      this.gone(agent, { status: 'stopped', turns: life?.point.turn ?? 0, life: life ?? NOT_BEGUN });
    }
    this.#env.clock.defer(check);
  }

  /** One that memory could not give back. */
  failAsleep(agent: string, error: ErrorInfo): void {
    this.gone(agent, { status: 'failed', turns: 0, error });
    this.#env.clock.defer(this.#household.check);
  }
}

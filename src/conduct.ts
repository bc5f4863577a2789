import type { AgentEnvironment } from './agent/environment.ts';
import { TroupeError, toErrorInfo } from './base/errors.ts';
import { createSecretFilter } from './base/secret-filter.ts';
import { inspectAgents } from './conduct/inspect-agents.ts';
import { toModelViews } from './conduct/model-figures.ts';
import { performRun } from './conduct/perform-run.ts';
import type { Parts, Plan } from './conduct/plan.ts';
import { createWatchers } from './conduct/watchers.ts';
import { createRunMemory } from './memory/run-memory.ts';
import { Inbox } from './people/inbox.ts';
import type {
  AgentSpec,
  AgentView,
  BudgetView,
  EndedStatus,
  ErrorInfo,
  InspectionStep,
  JournalRecord,
  ModelView,
  MonitorCommand,
  RunEvent,
  RunFact,
  RunRecord,
  RunSummary,
  Scenario,
  WaitingApproval,
} from './protocol.ts';
import type { Observing } from './sources/outcomes.ts';
import type { PushedItem } from './sources/source.ts';
import { obey } from './supervisor/obey.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { buildTree } from './supervisor/tree.ts';
import { createEventStream } from './telemetry/event-stream.ts';
import { createRunMetrics } from './telemetry/metrics.ts';

/** A run under way. Its first event comes in a later turn of the event loop: who subscribes at once misses nothing. */
export interface Run {
  readonly id: string;
  readonly seed: number;
  /** As it stood at the start. */
  readonly record: RunRecord;
  readonly scenario: Scenario;
  /** All of the run's agents, in order, those that ended before a resume too. */
  readonly specs: readonly AgentSpec[];
  /** Of a resumed run: the agents that had ended before. */
  readonly ended: ReadonlyMap<string, EndedStatus>;
  /** Milliseconds since the run's start, by the run's clock. */
  elapsed(): number;
  /** Calls `listener` with every event from now on. @returns Ends the subscription. */
  subscribe(listener: (event: RunEvent) => void): () => void;
  /**
   * @returns How many agents the command reached.
   * @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN` or `MAILBOX_FULL` if it reaches nobody.
   */
  send(command: MonitorCommand): number;
  /**
   * Gives an item to a source of the kind `http`; the same id again is the same item. Resolves when it is in a mailbox.
   *
   * @returns Its id. @throws {TroupeError} Rejects as `Observing.observe`, and with `SOURCE_FAILED` if it was not taken.
   */
  push(source: string, item: PushedItem): Promise<string>;
  /** Pushing to sources of the kind `http`, and what becomes of it. Absent: the scenario has none, or it is rehearsed. */
  readonly observations?: Observing;
  /** How the models' gates stand. */
  models(): readonly ModelView[];
  /** How the budgets stand. */
  budgets(): readonly BudgetView[];
  /** Calls that wait for a person, by agent. */
  approvals(): readonly WaitingApproval[];
  /** An agent's state machine as it is now; undefined if it has not started or has ended. */
  view(agent: string): AgentView | undefined;
  /** Everything that has happened to an agent, up to this moment, also after the end of the run. */
  journal(agent: string): Promise<readonly JournalRecord[]>;
  /** Calls `listener` with each step of the agents it `watches`. One at a time. @returns Ends it. */
  inspect(watches: (agent: string) => boolean, listener: (step: InspectionStep) => void): () => void;
  /**
   * Asks for the text that models write, as it comes (`agent.streamed`), of the agents it `watches`: those whose model is
   * asked from now on. Simulated models write nothing before their answer. @returns Ends it.
   */
  watch(watches: (agent: string) => boolean): () => void;
  /** Resolves when every agent has ended and every write is on disk. @throws Rejects with `STORE_FAILED`. */
  readonly finished: Promise<RunSummary>;
  /** Frees what `journal` opened after the end. Idempotent. */
  close(): Promise<void>;
}

/** Lets the agents of a plan run, from the first event to the last write. */
export function conduct(parts: Parts, plan: Plan): Run {
  const { clock } = parts;
  const { record, scenario, specs, remaining, onEvent } = plan;
  const metrics = createRunMetrics(() => clock.realElapsed());
  const events = createEventStream(clock, [metrics.onEvent, ...(onEvent === undefined ? [] : [onEvent])]);
  let trouble: ErrorInfo | undefined;
  const watchers = createWatchers();

  const { budgets } = plan;
  const people = new Inbox();
  const secrets = clock.kind === 'real' || hasModules(scenario) ? createSecretFilter() : undefined;
  const tell = (fact: RunFact): void => events.emit(secrets?.json(fact) ?? fact);
  const env: AgentEnvironment = {
    ...parts,
    ...(budgets !== undefined && { budgets }),
    ...(secrets !== undefined && { secrets }),
    inspection: {},
    people,
    emit: events.emit,
    tell,
    isDraining: () => supervisor.isDraining,
    park: (agent) => supervisor.park(agent),
    isWatched: watchers.isWatched,
    idle: (agent) => supervisor.idle(agent),
    storeFailed(error) {
      if (trouble !== undefined) return;
      trouble = toErrorInfo(error);
      clock.defer(() => {
        if (supervisor.alive().length > 0 || isOpen(plan)) supervisor.drain('memory cannot be written');
      });
    },
    get mailroom() {
      return supervisor.office;
    },
  };
  if (budgets !== undefined) events.subscribe((event) => event.type === 'agent.ended' && budgets.end(event.agent));
  const supervisor = new Supervisor(env, {
    ...remaining,
    specs,
    tree: buildTree(remaining.specs, scenario.supervision, scenario.supervisors),
    wiring: scenario.wiring,
    isOpen: () => isOpen(plan),
    staysForPeople: plan.staysForPeople,
  });
  const memory = createRunMemory(parts.store, { run: record.id, kind: scenario.memory.store, directory: plan.data });
  let interrupt = (): void => {};
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  const made = { tell, metrics, events, supervisor, memory, interrupted, env };
  const conducted = { ...plan, ...parts, ...made, trouble: () => trouble };
  return {
    id: record.id,
    seed: record.seed,
    record,
    scenario,
    specs,
    ended: remaining.ended,
    elapsed: () => clock.elapsed(),
    subscribe: events.subscribe,
    send(command) {
      if (command.type === 'run.drain') {
        interrupt();
        // Every agent has ended, and the run waits for its disk.
        if (supervisor.alive().length === 0 && !isOpen(plan)) return 0;
      }
      return obey(command, supervisor, env);
    },
    push: (source, item) => push(plan, source, item),
    ...(plan.sources?.observations && { observations: plan.sources.observations }),
    models: () => toModelViews(plan.equipment.gates, clock.elapsed()),
    budgets: () => budgets?.view() ?? [],
    approvals: () => people.list(),
    view: (agent) => supervisor.view(agent),
    journal: (agent) => memory.journal(agent, () => supervisor.pendingJournal(agent)),
    inspect: (watches, listener) => inspectAgents(env.inspection, watches, listener),
    watch: watchers.add,
    finished: performRun(conducted),
    close: memory.close,
  };
}

/** Somebody may still send to agents that wait. */
function isOpen({ keepOpen, scenario, sources }: Plan): boolean {
  return keepOpen || scenario.until?.kind === 'never' || sources?.isActive === true;
}

async function push({ sources }: Plan, source: string, item: PushedItem): Promise<string> {
  if (sources !== undefined) return sources.push(source, item);
  throw new TroupeError('SOURCE_UNKNOWN', `Cannot push to source "${source.slice(0, 100)}": the scenario has none`);
}

/** They alone know of the world outside in a rehearsal. */
function hasModules({ tools }: Scenario): boolean {
  return Object.values(tools).some((tool) => 'module' in tool);
}

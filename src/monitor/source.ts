import type {
  AgentSpec,
  AgentView,
  BudgetView,
  InspectionStep,
  JournalRecord,
  Json,
  ModelView,
  MonitorCommand,
  RunEvent,
  RunRecord,
  Scenario,
  WaitingApproval,
} from '../protocol.ts';
import type { Observing } from '../sources/outcomes.ts';

/** A run as the monitor needs it: one under way, or a stored one. */
export interface MonitorSource {
  readonly record: RunRecord;
  readonly scenario: Pick<Scenario, 'about' | 'params'>;
  /** All agents, in order. */
  readonly specs: readonly AgentSpec[];
  /** XState machine configurations by their ids. */
  readonly machines: Readonly<Record<string, Json>>;
  /** Everything that has happened to an agent, up to this moment. */
  journal(agent: string): Promise<readonly JournalRecord[]>;
  /** Absent: a stored run. */
  readonly live?: LiveSource;
}

export interface LiveSource {
  /** Milliseconds since the run's start, by the run's clock. */
  elapsed(): number;
  /** Calls `listener` with every event from now on. @returns Ends the subscription. */
  subscribe(listener: (event: RunEvent) => void): () => void;
  /** @returns How many agents it reached. @throws {TroupeError} If it reaches nobody. */
  send(command: MonitorCommand): number;
  /** How the models' gates stand. */
  models(): readonly ModelView[];
  /** How the budgets stand. */
  budgets(): readonly BudgetView[];
  /** Calls that wait for a person, by agent. */
  approvals(): readonly WaitingApproval[];
  /** Pushing to sources, and what becomes of it. Absent: there is nothing to push to. */
  readonly observations?: Observing;
  /** Undefined: the agent has not started, or has ended. */
  view(agent: string): AgentView | undefined;
  /** Asks for the text that models of the agents it `watches` write, as it comes. @returns Ends it. */
  watch(watches: (agent: string) => boolean): () => void;
  /** Calls `listener` with each step of the agents it `watches`. One at a time. @returns Ends it. */
  inspect(watches: (agent: string) => boolean, listener: (step: InspectionStep) => void): () => void;
}

import type { AgentEnvironment } from '../agent/environment.ts';
import type { Budgets } from '../model/budget/budgets.ts';
import type { AgentSpec, RunEvent, RunRecord, Scenario } from '../protocol.ts';
import type { Remaining } from '../supervisor/resume.ts';
import type { Outlet } from '../telemetry/outlet.ts';
import type { Equipment } from './equip.ts';
import type { RunSources } from './run-sources.ts';

/** What a run consists of, but for what only its conductor has. */
export type Parts = Pick<
  AgentEnvironment,
  'run' | 'folder' | 'params' | 'clock' | 'random' | 'store' | 'durability' | 'onUnknown' | 'tools' | 'groups'
>;

/** What is to be run. */
export interface Plan {
  readonly record: RunRecord;
  readonly scenario: Scenario;
  readonly specs: readonly AgentSpec[];
  readonly remaining: Remaining;
  readonly keepOpen: boolean;
  /** The run stays although it goes on only after a person has answered. */
  readonly staysForPeople: boolean;
  /** What comes into the run from outside. Absent: nothing. */
  readonly sources?: RunSources;
  /** The data directory. */
  readonly data: string;
  readonly equipment: Equipment;
  /** Absent: nothing is limited. */
  readonly budgets?: Budgets;
  /** What tools tell that is of no call. */
  readonly outlet: Outlet;
  readonly onEvent?: (event: RunEvent) => void;
}

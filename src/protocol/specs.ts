/**
 * What a scenario says, checked and normalised: the first nouns of the road. Types only; models and tools are beside it.
 *
 * Durations are milliseconds (`…Ms`), sizes bytes (`…Bytes`). In a scenario file the same names are snake_case and
 * durations are written `200ms`, `5s`, `2m`; `scenario/` is where one becomes the other.
 */

import type { JsonObject, JsonSchema } from './json.ts';
import type { MailboxSpec } from './messages.ts';
import type { ModelSpec } from './model-specs.ts';
import type { SourceSpec } from './source-specs.ts';
import type { Latency, ToolSpec } from './tool-specs.ts';
import type { WiringSpec } from './wiring-specs.ts';

export type * from './json.ts';
export type * from './model-specs.ts';
export type * from './source-specs.ts';
export type * from './tool-specs.ts';
export type * from './wiring-specs.ts';

/** A scenario file, checked and normalised: no template rendered yet, no agent expanded yet. */
export interface Scenario {
  readonly name: string;
  readonly about?: string;
  /** Absent: a live run draws one and prints it; a rehearsal uses 0. */
  readonly seed?: number;
  /** Absolute; absent: it came from code. */
  readonly file?: string;
  /** What `--set` changed, as `path=value`. */
  readonly set?: readonly string[];
  /** Absolute folder of the file; every relative path in the scenario starts here. */
  readonly folder: string;
  readonly params: JsonObject;
  readonly models: Readonly<Record<string, ModelSpec>>;
  readonly tools: Readonly<Record<string, ToolSpec>>;
  readonly agents: Readonly<Record<string, GroupSpec>>;
  /** Where observations come from besides lists and rows. */
  readonly sources: Readonly<Record<string, SourceSpec>>;
  /** To whom replies go by themselves, in the file's order. Absent: to nobody. */
  readonly wiring?: readonly WiringSpec[];
  readonly supervision: SupervisionSpec;
  /** Named supervisors under that one. */
  readonly supervisors: Readonly<Record<string, SupervisorSpec>>;
  readonly memory: MemorySpec;
  /** What stays of the runs of this scenario. Absent: everything. */
  readonly keep?: KeepSpec;
  readonly limits: Limits;
  /** For the whole run. */
  readonly budget?: BudgetSpec;
  /** When it is over. Absent: when there is nothing more to do. */
  readonly until?: UntilSpec;
  /** CEL expressions over the summary, in the file's order. */
  readonly expect: readonly string[];
  /** The file's text after `--set`, kept with the run so that it can be shown and resumed. */
  readonly source: string;
}

/** A declared kind of agent: its members share everything here. */
export interface GroupSpec {
  readonly name: string;
  readonly members: Members;
  readonly model: string;
  readonly tools: readonly string[];
  /** Liquid over `index, row, params, agent`. */
  readonly instructions: string;
  readonly observe: ObserveSpec;
  readonly limits: AgentLimits;
  /** What its replies have to be, as JSON. Absent: any text. */
  readonly output?: JsonSchema;
  /** For all members together. */
  readonly budget?: BudgetSpec;
  /** For each member by itself. */
  readonly budgetEach?: BudgetSpec;
  /** What becomes of a conversation that grows too long. Absent: it is sent as it is. */
  readonly context?: ContextSpec;
  readonly restart: Restart;
  /** How often a failing observation is tried again before it is set aside; restarted agents only. */
  readonly retries: number;
  /** A member that has had nothing to do for so long leaves the process until a message comes. Absent: it stays. */
  readonly idleAfterMs?: number;
  /** Liquid over `index, row, params`: another address of each member. */
  readonly address?: string;
  /** Absent: `MAILBOX_MAX` messages, and more are refused. */
  readonly mailbox?: MailboxSpec;
  /** Topics that members have subscribed to from their start. Liquid over `index, row, params, agent`. */
  readonly subscribe?: readonly string[];
  /** `each`: every observation begins a new conversation. Default `whole`. */
  readonly conversation?: 'whole' | 'each';
  /** So many turns of each member stay in memory, at least. Absent: all. */
  readonly keepTurns?: number;
}

/** When a member that has ended is started again: always, after a failure, never. */
export type Restart = 'permanent' | 'transient' | 'temporary';

/** Who is started again with a child that has failed: nobody else, all children, those started after it. */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

export interface SupervisionSpec {
  readonly strategy: Strategy;
  /** More restarts than this within `withinMs`, and the supervisor gives up: its parent sees it fail. */
  readonly maxRestarts: number;
  readonly withinMs: number;
  /** Absent: a restart is at once. */
  readonly backoff?: Backoff;
  /** Milliseconds its children have to finish their turns when it stops them; then they are stopped where they are. */
  readonly shutdownMs: number;
}

/** Before a restart: from `minMs`, doubled with each failure in a row up to `maxMs`. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface SupervisorSpec extends SupervisionSpec {
  /** Groups and supervisors, in the order in which they start. */
  readonly children: readonly string[];
}

/**
 * Who is in a group: so many, one for each row of a JSON-lines file (absolute path), one for each file of a folder (absolute
 * path), or one for each entry.
 */
export type Members =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'each'; readonly file: string }
  | { readonly kind: 'files'; readonly folder: string; readonly extension?: string }
  | { readonly kind: 'list'; readonly rows: readonly JsonObject[] }
  /** Nobody to begin with: at most `max` are started by others, each `depth` or fewer generations after one that was there. */
  | { readonly kind: 'spawned'; readonly max: number; readonly depth: number }
  /** Nobody to begin with: one for each user, or each session of one, that somebody asks something for; at most `max`. */
  | { readonly kind: 'sessions'; readonly per: 'user' | 'session'; readonly max: number };

export interface ObserveSpec {
  /** Observations every member works through in this order; Liquid over `index, row, params, agent`. */
  readonly items: readonly string[];
  /** JSON-lines file (absolute path) whose rows are dealt to the members in turn: row r to member r modulo count. */
  readonly each?: string;
  /** Text of a dealt row, Liquid over `data` and the above. Absent: the row's `text`, or else the row as JSON. */
  readonly text?: string;
  /** True: after its own observations the agent waits for messages and for `agent.send`. */
  readonly inbox: boolean;
}

export interface AgentLimits {
  /** Turns an agent may spend on one observation. */
  readonly turns: number;
  /** The same calls (tool and arguments) decided this many times in a row end the agent as failed. */
  readonly identicalCalls: number;
  /** Milliseconds one observation may take. */
  readonly wallMs: number;
}

export interface Limits extends AgentLimits {
  /** Model calls in flight at once, by model name; a model not named is unlimited. */
  readonly concurrency: Readonly<Record<string, number>>;
}

/** When a run is over: never by itself, or by whatever of these comes first. */
export type UntilSpec =
  | { readonly kind: 'never' }
  | {
      readonly kind: 'limits';
      /** Milliseconds on the run's clock. */
      readonly timeMs?: number;
      /** Observations that were answered. */
      readonly replies?: number;
      /** CEL over the names of expectations, looked at after each answer and each end of an agent. */
      readonly when?: string;
    };

/** How much may be spent; what is absent is not limited. A call that could go beyond is not made. */
export interface BudgetSpec {
  /** Of models, in and out. */
  readonly tokens?: number;
  /** By the models' prices. */
  readonly usd?: number;
  /** Of models. */
  readonly calls?: number;
  /** On the run's clock, from the start of whose budget it is. */
  readonly wallMs?: number;
  /**
   * Then: `stop` ends the agents it is for as stopped, `pause` lets them wait until they are resumed, `finish` ends them as
   * done with what they have.
   */
  readonly atLimit: 'stop' | 'pause' | 'finish';
}

/** How long a conversation may be before a part of it gives way. */
export interface ContextSpec {
  /** Tokens of one request: instructions, tools and conversation. */
  readonly tokens: number;
  /** `trim` leaves out what is oldest; `summarise` asks the model for a summary of it, which stands in its place. */
  readonly whenFull: 'trim' | 'summarise';
}

export interface MemorySpec {
  readonly store: 'lmdb' | 'in-memory';
  readonly durability: Durability;
  /** Added before each write, to rehearse a slow disk. */
  readonly latency: Latency;
}

/** How much stays of a scenario's runs; what is older than any of these goes. */
export interface KeepSpec {
  readonly runs?: number;
  readonly days?: number;
  readonly bytes?: number;
}

/** `async`: writes are handed over and the agent goes on. `sync`: the next effect starts after the acknowledgement. */
export type Durability = 'async' | 'sync';

/**
 * What becomes of a call of which nobody knows, after a crash, whether it was made, if its tool has its effect `once`: it is
 * made again, its agent is told (the default), or its agent fails.
 */
export type OnUnknown = 'retry' | 'report' | 'fail';

/** One agent to start. Small, since there may be a hundred thousand: what is shared stays in `group`. */
export interface AgentSpec {
  /** `group/index`: the agent's address. */
  readonly id: string;
  readonly group: GroupSpec;
  /** 0-based within the group. */
  readonly index: number;
  readonly row: JsonObject;
  /** Another address of its own. */
  readonly name?: string;
  /** It is started when somebody asks for it, if ever. */
  readonly isReserved?: true;
  /** Who has asked for it. */
  readonly parent?: string;
  /** What this agent observes, in order, not yet rendered. */
  readonly items: readonly ObservationItem[];
  /** Whom it works for: users take turns at a model's gate. Absent: nobody, and it takes turns for itself. */
  readonly user?: string;
  /** The conversation with that user which it leads. */
  readonly session?: string;
}

/** A template to render, or a dealt row. */
export type ObservationItem = { readonly template: string } | { readonly data: JsonObject };

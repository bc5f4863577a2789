/**
 * Every message that goes over `/ws`: the protocol `troupe.v1`, types only. The page is built from this file too;
 * `README.md` beside it says the same for people.
 *
 * Each message is one JSON object in one text frame. Times (`at`) are milliseconds since the run's start by the run's
 * clock, durations milliseconds (`...Ms`), agents addresses `group/index` or positions among all agents of the run.
 */

import type {
  BudgetView,
  ErrorInfo,
  GroupInfo,
  Json,
  JsonObject,
  ModelView,
  MonitorCommand,
  RunEvent,
  RunStatus,
  RunSummary,
  Spent,
} from '../protocol.ts';
import type { ObservedMessage, ObserveMessage, OutcomeMessage } from './observe-messages.ts';
import type { AgentState } from './states.ts';
import type {
  InboxMessage,
  InboxTopic,
  MessagesMessage,
  MessagesTopic,
  SequenceMessage,
  SequenceTopic,
} from './talk-messages.ts';

// ---------------------------------------------------------------- from a client

/** `id` is the client's own; the answer bears it. */
export type ClientMessage = { readonly id?: string | number } & (
  | Subscribe
  | Unsubscribe
  | Get
  | CommandMessage
  | ObserveMessage
);

/** Answered by the topic as it is, followed by its changes as they come. A second one for a topic replaces the first. */
export type Subscribe = { readonly type: 'subscribe' } & Topic;

/** Answered once; `at`: as it was then. Default: now. */
export type Get = { readonly type: 'get'; readonly at?: number } & Topic;

export interface Unsubscribe {
  readonly type: 'unsubscribe';
  readonly topic: Topic['topic'];
  /** `agent` only. Default: every agent subscribed to. */
  readonly agent?: string;
}

export interface CommandMessage {
  readonly type: 'command';
  readonly command: MonitorCommand;
}

export type Topic =
  | FleetTopic
  | AgentTopic
  | LogTopic
  | ChartsTopic
  | LimitsTopic
  | MessagesTopic
  | SequenceTopic
  | InboxTopic;

/** Where every agent is. Changes come at most every 100 ms. */
export interface FleetTopic {
  readonly topic: 'fleet';
  /** Only agents of these groups; the others are hidden. Default: all. */
  readonly groups?: readonly string[];
  /** Only agents in these states; the others are hidden. Default: all. */
  readonly states?: readonly AgentState[];
}

/** Everything about one agent; its events come as they happen. At most 100 subscriptions of a client. */
export interface AgentTopic {
  readonly topic: 'agent';
  readonly agent: string;
  /** Newest events to begin with, 0 to 5,000. Default 1,000; fewer if they are more than 1 MB. */
  readonly limit?: number;
}

/** Events of all agents. New ones come at most every 100 ms, at most 200 at a time; how many more is said. */
export interface LogTopic extends LogFilter {
  readonly topic: 'log';
  /** Newest events to begin with, 0 to 1,000. Default 100. */
  readonly limit?: number;
}

export interface LogFilter {
  readonly groups?: readonly string[];
  readonly agents?: readonly string[];
  readonly types?: readonly RunEvent['type'][];
  /** Only what went wrong: failed calls, failed agents. Default false. */
  readonly failures?: boolean;
}

/** Numbers over time. Changes come at most every 500 ms. */
export interface ChartsTopic {
  readonly topic: 'charts';
}

/** What models and budgets still allow, and what has been spent. Changes come at most every 500 ms. */
export interface LimitsTopic {
  readonly topic: 'limits';
}

// ---------------------------------------------------------------- from the server

export type ServerMessage =
  | WelcomeMessage
  | RunMessage
  | FleetMessage
  | AgentMessage
  | EventsMessage
  | LogMessage
  | ChartsMessage
  | LimitsMessage
  | MessagesMessage
  | SequenceMessage
  | InboxMessage
  | ObservedMessage
  | OutcomeMessage
  | AnswerMessage
  | ErrorMessage;

/** The first message of every connection. */
export interface WelcomeMessage {
  readonly type: 'welcome';
  readonly protocol: 'troupe.v1';
  /** The server's version. */
  readonly version: string;
  /** This client may send commands. */
  readonly control: boolean;
  readonly run: RunInfo;
  readonly groups: readonly GroupInfo[];
  /** XState machine configurations by their ids: `agent` and `supervisor`. */
  readonly machines: Readonly<Record<string, Json>>;
  readonly at: number;
  /** As in a fleet message: where every agent is. */
  readonly states: string;
}

export interface RunInfo {
  readonly id: string;
  readonly scenario: string;
  readonly about?: string;
  readonly status: RunStatus;
  readonly seed: number;
  readonly virtual: boolean;
  /** ISO 8601, by the run's clock. */
  readonly startedAt: string;
  readonly agents: number;
  /** False: a stored run, or one that has ended; no commands, and nothing changes any more. */
  readonly live: boolean;
  /** The first moment that can be looked at: the run's first event, or in a very long run the oldest that was kept. */
  readonly from: number;
  readonly summary?: RunSummary;
}

/** The run has ended, drained or stalled: sent to every client. */
export interface RunMessage {
  readonly type: 'run';
  readonly at: number;
  readonly run: RunInfo;
}

/** A subscription's answer and a `get` have the state of every agent; what follows has that of those that changed. */
export interface FleetMessage {
  readonly type: 'fleet';
  readonly id?: string | number;
  readonly at: number;
  /** Positions of the agents whose states follow; absent: all of them, in order. */
  readonly agents?: readonly number[];
  /** A letter an agent: see the README's table. `-`: not in this subscription. */
  readonly states: string;
  /** Frames left out since the last one, because this client reads too slowly. */
  readonly missed?: number;
}

/** One agent: who it is and what it has done. */
export interface AgentMessage {
  readonly type: 'agent';
  readonly id?: string | number;
  readonly at: number;
  readonly agent: string;
  readonly group: string;
  readonly state: AgentState;
  /** The row it was dealt or made from. */
  readonly row: JsonObject;
  /** What its model is told about its task. */
  readonly instructions: string;
  /** The newest, in order, up to the moment asked for. */
  readonly events: readonly RunEvent[];
  /** There are older ones. */
  readonly earlier: boolean;
  /** Its XState context at this moment; absent for the past and for agents that are not running. */
  readonly context?: Json;
}

/** What one agent did just now. */
export interface EventsMessage {
  readonly type: 'events';
  readonly agent: string;
  readonly events: readonly RunEvent[];
  /** Events left out since the last one. */
  readonly missed?: number;
}

/** Long texts are cut; the agent topic has them whole. */
export interface LogMessage {
  readonly type: 'log';
  readonly id?: string | number;
  readonly at: number;
  readonly events: readonly RunEvent[];
  /** Fitting events left out since the last one. */
  readonly missed?: number;
}

/**
 * Numbers over time, in buckets of `widthMs` (a power of two times 100 ms, so that there are at most 600 of them). An
 * update brings the buckets from `first` on, which replace those the client has; columns are of equal length.
 */
export interface ChartsMessage {
  readonly type: 'charts';
  readonly id?: string | number;
  readonly at: number;
  readonly widthMs: number;
  readonly first: number;
  readonly buckets: {
    /** Agents in each state at the bucket's end. */
    readonly states: Readonly<Record<AgentState, readonly number[]>>;
    /** Within the bucket. */
    readonly turns: readonly number[];
    readonly replies: readonly number[];
    readonly modelCalls: readonly number[];
    readonly toolCalls: readonly number[];
    readonly failures: readonly number[];
  };
  readonly totals: Readonly<
    Record<'turns' | 'replies' | 'modelCalls' | 'toolCalls' | 'toolFailures' | 'failures' | 'messages', number>
  >;
  /** How often each transition of the agents' chart was taken, by `source>target`. */
  readonly flow: Readonly<Record<string, number>>;
  readonly tools: readonly LatencyRow[];
  readonly models: readonly LatencyRow[];
  /** Of the event loop, about once a second while a client watches; live runs only. */
  readonly loopDelay: {
    readonly at: readonly number[];
    readonly p50: readonly number[];
    readonly p99: readonly number[];
  };
}

/** Percentiles are within 5 % of the true ones. */
export interface LatencyRow {
  readonly name: string;
  readonly calls: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** As it is now: of the past nothing is known, and all lists are empty. */
export interface LimitsMessage {
  readonly type: 'limits';
  readonly id?: string | number;
  readonly at: number;
  /** What models' answers have cost, by group; of a live run that was resumed, since then. */
  readonly spent: readonly GroupSpent[];
  /** What all had spent before a live run was resumed. */
  readonly before?: Spent;
  /** How the models' gates stand; of a stored run, how they went. */
  readonly models: readonly ModelView[];
  /** The run's and the groups', and of agents those closest to their limits, at most 20, the closest first. Live runs only. */
  readonly budgets: readonly BudgetView[];
  /** Limits of agents that are not among them. */
  readonly more: number;
}

export interface GroupSpent extends Spent {
  readonly group: string;
}

/** A command or an unsubscription was carried out. */
export interface AnswerMessage {
  readonly type: 'answer';
  readonly id?: string | number;
  /** Agents the command reached. */
  readonly affected: number;
}

/** Nothing was done. After `BAD_MESSAGE` the connection is closed with 1008. */
export interface ErrorMessage extends Omit<ErrorInfo, 'code'> {
  readonly type: 'error';
  readonly id?: string | number;
  readonly code: MonitorErrorCode;
}

export type MonitorErrorCode =
  | 'BAD_MESSAGE'
  | 'FORBIDDEN'
  | 'NOT_LIVE'
  | 'AGENT_UNKNOWN'
  | 'GROUP_UNKNOWN'
  | 'MAILBOX_FULL'
  | 'LETTER_UNKNOWN'
  | 'APPROVAL_UNKNOWN'
  | 'TOOL_ARGUMENTS'
  | 'USAGE'
  | 'TOO_MANY'
  | 'CONFLICT'
  | 'SOURCE_FAILED'
  | 'SOURCE_UNKNOWN'
  | 'SOURCE_ENDED'
  | 'SOURCE_UNAVAILABLE'
  | 'FAILED';

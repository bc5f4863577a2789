/**
 * The nouns of troupe, in the order in which a run meets them. Types only. What a scenario
 * says is in `specs.ts`; from here on it runs. Durations are milliseconds (`…Ms`), sizes bytes (`…Bytes`).
 */

import type { AgentSpec, Json, JsonObject, JsonSchema, ObservationKind, Usage } from './specs.ts';

export type * from './specs.ts';

// ---------------------------------------------------------------- observe

/** What the agent decides about: something new, the results of its last calls, or a message from another agent. */
export interface Observation {
  readonly kind: ObservationKind;
  readonly text: string;
  /** The dealt row, when there is one. */
  readonly data?: JsonObject;
  /** `results` only: in the order in which the model wrote the calls. Left out of events and journal, which have them. */
  readonly results?: readonly ToolResult[];
  /** `message` only. */
  readonly message?: Message;
}

/** From one agent to another, never to a model. */
export interface Message {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** Milliseconds since the run's start. */
  readonly at: number;
}

// ---------------------------------------------------------------- decide

/** One message of the conversation with a model. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls: readonly ToolCall[] }
  | {
      readonly role: 'tool';
      readonly callId: string;
      readonly name: string;
      readonly content: string;
      readonly isError: boolean;
    };

export interface ModelRequest {
  readonly spec: AgentSpec;
  /** 1-based over the agent's life. */
  readonly turn: number;
  /** 1-based within the current observation. */
  readonly step: number;
  /** 1, and one more for each failure of the observation. */
  readonly attempt: number;
  readonly observation: Observation;
  readonly instructions: string;
  readonly transcript: readonly ChatMessage[];
  readonly tools: readonly ToolDefinition[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

export interface Decision {
  readonly reply?: string;
  readonly toolCalls: readonly ToolCall[];
  /** The observation is answered; calls still run, their results are kept, no further decision follows. */
  readonly final: boolean;
  readonly usage: Usage;
  /** What the model itself took, without waiting for a place; the critical path is made of these. */
  readonly serviceMs: number;
}

export interface ToolCall {
  /** Unique within the decision; ours, not the model's, so that it is the same in a rehearsal. */
  readonly id: string;
  readonly name: string;
  /** As the model wrote them, not yet validated. */
  readonly args: JsonObject;
}

// ---------------------------------------------------------------- executing-tools

/** A failure is an outcome too: `isError` is data, not an exception. */
export interface ToolResult {
  readonly callId: string;
  readonly name: string;
  readonly isError: boolean;
  /** The result; for an error `{ error: message }`. */
  readonly content: Json;
  /** What the tool itself took. */
  readonly serviceMs: number;
  /** True: the content was over the size limit and ends in a marker. */
  readonly truncated?: boolean;
}

// ---------------------------------------------------------------- storing

/** What happened to an agent, in order; appended, never changed. `at` is milliseconds since the run's start. */
export type JournalRecord = { readonly turn: number; readonly at: number } & (
  | Fact<'observed', { observation: Observation }>
  | Fact<'model.intended', { model: string }>
  | Fact<'model.done', { decision: Decision }>
  | Fact<'model.failed', { error: ErrorInfo }>
  /** Ids of the calls about to be made, and the idempotency keys of those that have effects. */
  | Fact<'tools.intended', { calls: readonly string[]; keys?: Readonly<Record<string, string>> }>
  /** `tool.unknown`: about to be made when the run was cut short, and not made again. */
  | Fact<'tool.done' | 'tool.failed' | 'tool.unknown', { result: ToolResult }>
  | Fact<'received', { message: Message }>
  /** Is started again after a failure, not before `until` on the run's clock; `attempt` failures of this observation. */
  | Fact<'restarting', { error: ErrorInfo; attempt: number; until: number }>
  /** An observation that was given up on: a dead letter. */
  | Fact<'set-aside', { observation: string; error: ErrorInfo; attempts: number }>
  | Fact<'ended', { status: AgentStatus; error?: ErrorInfo }>
);

/** The whole of an agent's position, of constant size: enough to go on with the journal and transcript beside it. */
export interface MemorySnapshot {
  readonly agent: string;
  readonly status: AgentStatus;
  /** Turns finished. */
  readonly turn: number;
  /** Turns spent on the current observation. */
  readonly step: number;
  /** Observations taken from the agent's own list so far. */
  readonly taken: number;
  /** False: the next turn observes the results of this one's calls. */
  readonly answered: boolean;
  readonly at: number;
  /** Observations begun over the agent's life, and messages among them. */
  readonly observations?: number;
  readonly messages?: number;
  /** Observations that were given up on. */
  readonly setAside?: number;
  /** When the time of the observation under way is over, on the run's clock. */
  readonly deadlineAt?: number;
  /** The last reply, at most 4 kB of it. */
  readonly reply?: string;
  readonly error?: ErrorInfo;
}

export type AgentStatus = 'running' | 'waiting' | EndedStatus;
export type EndedStatus = 'done' | 'failed' | 'stopped';

/** What one turn leaves behind; written as a whole or not at all. */
export interface MemoryBatch {
  readonly journal: readonly JournalRecord[];
  readonly transcript: readonly ChatMessage[];
  readonly snapshot?: MemorySnapshot;
}

/** A run as the data directory knows it. */
export interface RunRecord {
  readonly id: string;
  readonly scenario: string;
  readonly status: RunStatus;
  readonly seed: number;
  /** ISO 8601, by the run's clock. */
  readonly startedAt: string;
  /** ISO 8601, real time: which run is the newest. */
  readonly recordedAt: string;
  readonly virtual: boolean;
  readonly agents: number;
  readonly folder: string;
  /** The scenario's file, absolute, and what `--set` changed; absent: it came from code. */
  readonly file?: string;
  readonly set?: readonly string[];
  /** The scenario's text as it ran. */
  readonly source: string;
  readonly summary?: RunSummary;
}

/** `stalled`: everyone left waits for a message nobody will send. `interrupted`: drained on request, can be resumed. */
export type RunStatus = 'running' | 'done' | 'failed' | 'stalled' | 'interrupted';

// ---------------------------------------------------------------- run events

export interface ErrorInfo {
  /** One of the codes in `base/errors.ts`, or `ERROR` for anything else. */
  readonly code: string;
  readonly message: string;
}

interface EventBase {
  /** 1-based, without gaps. */
  readonly seq: number;
  /** Milliseconds since the run's start, by the run's clock. */
  readonly at: number;
}

/** Everything that happens, as one closed union: terminal, monitor, metrics and expectations read this and nothing else. */
export type RunEvent = EventBase & RunFact;

/** A RunEvent before the run has given it its number and time. */
export type RunFact = RunWideFact | AgentFact;

type Fact<Type extends string, Fields> = { readonly type: Type } & Readonly<Fields>;

export type RunWideFact =
  | Fact<'run.started', RunStart>
  | Fact<'run.draining', { reason: string }>
  | Fact<'run.stalled', { waiting: readonly Waiting[] }>
  /** Memory cannot be written: no call begins until it can be again. */
  | Fact<'store.degraded', { error: ErrorInfo }>
  /** It can be, after so long, and so many batches have been made up for. */
  | Fact<'store.recovered', { downMs: number; writes: number }>
  /** A supervisor has given up: more than `maxRestarts` restarts within `withinMs`; `child` is the agent that failed last. */
  | Fact<
      'supervisor.escalated',
      { supervisor: string; maxRestarts: number; withinMs: number; child: string; error: ErrorInfo }
    >
  | Fact<'run.finished', { status: RunStatus }>;

export interface RunStart {
  readonly run: string;
  readonly scenario: string;
  readonly seed: number;
  readonly virtual: boolean;
  readonly agents: number;
  /** Of a resumed run: those that had ended before. */
  readonly before?: { readonly done: number; readonly failed: number; readonly stopped: number };
  readonly startedAt: string;
}

/** Who waits for what. */
export interface Waiting {
  readonly agent: string;
  readonly for: string;
}

export type AgentFact = { readonly agent: string } & (
  | Fact<'agent.started', { group: string }>
  | Fact<'agent.observed', { turn: number; observation: Observation }>
  | Fact<'agent.waiting', { for: string }>
  /** Takes nothing new from here on; the turn under way still finishes. */
  | Fact<'agent.paused' | 'agent.resumed', object>
  | Fact<'agent.decided', { turn: number; model: string; decision: Decision; durationMs: number }>
  | Fact<'model.failed', { turn: number; model: string; error: ErrorInfo; durationMs: number }>
  /** Goes on with a turn that was cut short after its decision; `pending` of its calls have not settled. */
  | Fact<'agent.recalled', { turn: number; decision: Decision; pending: number }>
  /** `timeoutMs`: the call's deadline, from now; absent: not known. */
  | Fact<'tool.started', { turn: number; call: ToolCall; timeoutMs?: number }>
  | Fact<'tool.finished', { turn: number; result: ToolResult; durationMs: number }>
  /** It has left the process, with nothing to do; a message wakes it. */
  | Fact<'agent.passivated' | 'agent.woken', object>
  /** It has failed, or is stopped along with one that has, and is started again; `attempt` failures in a row. */
  | Fact<
      'agent.restarting',
      {
        supervisor: string;
        because: 'failure' | 'sibling';
        attempt: number;
        delayMs: number;
        error?: ErrorInfo;
      }
    >
  /** Its observation was given up on: a dead letter. */
  | Fact<'agent.set-aside', { turn: number; observation: string; error: ErrorInfo; attempts: number }>
  | Fact<'agent.stored', { turn: number }>
  | Fact<'agent.replied', { turn: number; observation: string; reply: string }>
  | Fact<'agent.ended', { status: AgentStatus; turns: number; criticalPathMs: number; error?: ErrorInfo }>
  | Fact<'message.sent', { message: Message }>
);

/**
 * The only way back into a run. `pause` lets the turn under way finish and takes nothing new until `resume`; `stop` ends
 * an agent for good; `run.drain` ends the run as an interrupt does, so that it can be resumed later.
 */
export type MonitorCommand =
  | { readonly type: 'agent.send'; readonly agent: string; readonly text: string }
  | { readonly type: 'agent.pause' | 'agent.resume' | 'agent.stop'; readonly agent: string }
  | { readonly type: 'group.send'; readonly group: string; readonly text: string }
  | { readonly type: 'group.pause' | 'group.resume' | 'group.stop'; readonly group: string }
  | { readonly type: 'run.send'; readonly text: string }
  | { readonly type: 'run.pause' | 'run.resume' }
  | { readonly type: 'run.drain'; readonly reason: string };

/** A group as a run's watchers know it: its members are the agents from `first` on, in the run's order. */
export interface GroupInfo {
  readonly name: string;
  /** Position of its first agent among all of the run. */
  readonly first: number;
  readonly count: number;
  readonly model: string;
  readonly tools: readonly string[];
}

/** An agent's state machine as it is at this moment. */
export interface AgentView {
  readonly agent: string;
  /** XState's, unique among the run's actors. */
  readonly sessionId: string;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** The state of the chart it is in. */
  readonly value: string;
  /** Its context without what is the same for every agent. */
  readonly context: JsonObject;
}

/** What an agent's state machine has just received, and where it is then. */
export interface InspectionStep {
  readonly agent: string;
  readonly event: { readonly type: string };
  readonly view: AgentView;
}

// ---------------------------------------------------------------- results

/** One answered observation, or the end of an agent that failed. A line of `--out`. */
export interface RunResult {
  readonly agent: string;
  readonly status: 'done' | 'failed' | 'stopped';
  readonly turn: number;
  readonly atMs: number;
  readonly observation?: string;
  readonly reply?: string;
  readonly error?: ErrorInfo;
}

/** The numbers of a run; the `--json` output and what expectations see (there in snake_case). */
export interface RunSummary {
  readonly run: string;
  readonly scenario: string;
  readonly status: RunStatus;
  readonly seed: number;
  readonly agents: { readonly total: number; readonly done: number; readonly failed: number; readonly stopped: number };
  readonly turns: number;
  readonly replies: number;
  readonly modelCalls: number;
  readonly modelFailures: number;
  readonly toolCalls: { readonly total: number; readonly failed: number };
  readonly restarts: number;
  /** Observations that were given up on. */
  readonly deadLetters: number;
  readonly messages: number;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly costUsd: number;
  /** Start of the first agent to the end of the last, real time. */
  readonly wallMs: number;
  /** The same by the run's clock; in a live run equal to `wallMs`. */
  readonly virtualMs: number;
  /** The longest any one agent had to wait for models and tools, one after the other, without our overhead. */
  readonly criticalPathMs: number;
  /** Real time after the last agent until every write was on disk. */
  readonly drainMs: number;
  /** CPU time of this process, user and system, from the first agent's start until the writes were on disk. */
  readonly cpuMs: number;
  readonly memory: { readonly writes: number; readonly bytes: number };
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly expectations: readonly ExpectationResult[];
  /** What ended the run early, when something did: memory that cannot be written. */
  readonly error?: ErrorInfo;
}

export interface ExpectationResult {
  readonly expect: string;
  readonly pass: boolean;
  /** The values the expression read, such as `agents.done = 199`; or why it could not be evaluated. */
  readonly actual: string;
}

/** One turn of an agent, in the order in which it goes: observe, decide, executing-tools, storing. Types only. */

import type { DeadReason, Message } from './messages.ts';
import type { ApprovalRecord } from './people.ts';
import type { AgentSpec, Json, JsonObject, JsonSchema, ObservationKind, Usage } from './specs.ts';

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

// ---------------------------------------------------------------- decide

/** One message of the conversation with a model. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | {
      readonly role: 'assistant';
      readonly content: string;
      readonly toolCalls: readonly ToolCall[];
      /** As in the decision. Gone once an answer without calls has followed. */
      readonly kept?: Json;
    }
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
  /** What the reply has to be, as JSON. */
  readonly output?: JsonSchema;
  /** Tokens the answer may have at most, by what is left of a budget. */
  readonly maxOutputTokens?: number;
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
  /** What is wrong with the answer: it is told to the model, which answers again. There are no calls then. */
  readonly flaw?: string;
  /**
   * What the provider wants back along with the results of the calls, such as signed thoughts. Opaque to everybody else, and
   * in journal and transcript alone: events do not have it.
   */
  readonly kept?: Json;
}

export interface ToolCall {
  /** Unique within the decision; ours, not the model's, so that it is the same in a rehearsal. */
  readonly id: string;
  readonly name: string;
  /** As the model wrote them, not yet validated. */
  readonly args: JsonObject;
  /** Why what the model wrote cannot be read as arguments, which then are `{}`: the call is answered with it. */
  readonly malformed?: string;
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
  /** What is over with it. Absent: nothing. */
  readonly ends?: Ends;
  /** A person has changed the call: it was made with `args`, not with those that were decided. */
  readonly edited?: true;
  readonly args?: JsonObject;
}

/**
 * What a tool's result ends: the observation, which is answered then without another decision, or the agent's life, which
 * ends as done.
 */
export interface Ends {
  readonly what: 'observation' | 'agent';
  /** The answer. Absent: there is none, or somebody else gives it. */
  readonly reply?: string;
  /** Who gives it instead. */
  readonly to?: string;
}

// ---------------------------------------------------------------- storing

/** What happened to an agent, in order; appended, never changed. `at` is milliseconds since the run's start. */
export type JournalRecord = { readonly turn: number; readonly at: number } & (
  | Fact<'observed', { observation: Observation }>
  | Fact<'model.intended', { model: string }>
  | Fact<'model.done', { decision: Decision }>
  | Fact<'model.failed', { error: ErrorInfo }>
  /** Decided, paid for, and not done: the agent has failed by it. */
  | Fact<'model.refused', { decision: Decision }>
  /** A call waits for a person, and is not made before there is an answer: `call` is its id, `callId` its `turn/call`. */
  | Fact<'approval.requested', { call: string; callId: string; name: string; deadlineAt?: number }>
  | Fact<'approval.answered', { call: string } & ApprovalRecord>
  /** Ids of the calls about to be made, and the idempotency keys of those that have effects. */
  | Fact<'tools.intended', { calls: readonly string[]; keys?: Readonly<Record<string, string>> }>
  /** `tool.unknown`: about to be made when the run was cut short, and not made again. */
  | Fact<'tool.done' | 'tool.failed' | 'tool.unknown', { result: ToolResult }>
  | Fact<'received', { message: Message }>
  /** A message it had received, by its id, that it will not observe: a dead letter. */
  | Fact<'dropped', { message: string; reason: DeadReason }>
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
  /** Topics it has subscribed to. */
  readonly topics?: readonly string[];
  /** What its models have been paid for so far. */
  readonly spent?: Spent;
  /** The part of the conversation that has given way: so many messages from its beginning, and what stands for them. */
  readonly condensed?: Condensed;
  /** What is wrong with its last answer. */
  readonly flaw?: string;
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

/** What was used of models. */
export interface Spent {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
}

export interface Condensed {
  /** Messages of the transcript, from its beginning. */
  readonly dropped: number;
  /** Of these. Absent: they were left out. */
  readonly summary?: string;
}

/** A fact that an agent has noted for later. */
export interface Note {
  readonly key: string;
  readonly text: string;
  /** Who noted it. */
  readonly agent: string;
  /** Milliseconds since the run's start. */
  readonly at: number;
}

export interface ErrorInfo {
  /** One of the codes in `base/errors.ts`, or `ERROR` for anything else. */
  readonly code: string;
  readonly message: string;
}

export type Fact<Type extends string, Fields> = { readonly type: Type } & Readonly<Fields>;

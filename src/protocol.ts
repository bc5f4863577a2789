/**
 * The nouns of troupe, in the order in which a run meets them. Types only; this file imports nothing.
 *
 * Durations are milliseconds (`…Ms`), sizes bytes (`…Bytes`). In a scenario file the same names are snake_case and
 * durations are written `200ms`, `5s`, `2m`; `scenario/` is where one becomes the other.
 */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}
/** A JSON Schema (draft 2020-12) as a plain object. */
export type JsonSchema = JsonObject;

// ---------------------------------------------------------------- scenario

/** A scenario file, checked and normalised: no template rendered yet, no agent expanded yet. */
export interface Scenario {
  readonly name: string;
  readonly about?: string;
  /** Absent: a live run draws one and prints it; a rehearsal uses 0. */
  readonly seed?: number;
  /** Absolute folder of the file; every relative path in the scenario starts here. */
  readonly folder: string;
  readonly params: JsonObject;
  readonly models: Readonly<Record<string, ModelSpec>>;
  readonly tools: Readonly<Record<string, ToolSpec>>;
  readonly agents: Readonly<Record<string, GroupSpec>>;
  readonly memory: MemorySpec;
  readonly limits: Limits;
  /** CEL expressions over the summary, in the file's order. */
  readonly expect: readonly string[];
  /** The file's text after `--set`, kept with the run so that it can be shown and resumed. */
  readonly source: string;
}

/** How long something takes: a constant, a uniform range, or a log-normal by median and 95th percentile. */
export type Latency =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'log-normal'; readonly medianMs: number; readonly p95Ms: number };

export type ModelSpec = SimulatedModelSpec;

/** The embedded default: answers by rules, everything from the seed. */
export interface SimulatedModelSpec {
  readonly provider: 'simulated';
  readonly latency: Latency;
  /** Probability, 0 to 1, that a call fails after its latency. */
  readonly failureRate: number;
  /** Answers by the number of the agent's decision, before any rule; past the end, the rules decide. */
  readonly sequence: readonly SimulatedAnswer[];
  /** The first rule that fits answers. */
  readonly rules: readonly SimulatedRule[];
}

export interface SimulatedRule extends SimulatedAnswer {
  /** The kind of observation this rule is for; absent: any. */
  readonly on?: ObservationKind;
  /** A regular expression (RE2 syntax, linear time) searched in the observation's text. */
  readonly match?: string;
  /** A CEL expression over `observation, results, row, index, turn, step, params`. */
  readonly when?: string;
}

/** What a rule or a step of a sequence answers; strings are Liquid templates. */
export interface SimulatedAnswer {
  readonly reply?: string;
  /** Each entry names one tool and its templated arguments. */
  readonly call: readonly { readonly tool: string; readonly args: JsonObject }[];
  /** True: the observation is answered by this decision, its calls still run. Default: true without calls. */
  readonly final?: boolean;
  /** Replaces the model's latency for this answer. */
  readonly latency?: Latency;
  /** Token counts to report; absent: estimated from the text, four characters a token. */
  readonly tokens?: Partial<Usage>;
  /** The call fails with this message instead of answering. */
  readonly fail?: string;
}

export type ToolSpec = BuiltinToolSpec | SimulatedToolSpec;

interface ToolSpecCommon {
  readonly description?: string;
  /** Milliseconds until a call's signal aborts and the call fails. */
  readonly timeoutMs: number;
}

export interface BuiltinToolSpec extends ToolSpecCommon {
  readonly builtin: 'search' | 'metrics' | 'read-file' | 'calculate' | 'now' | 'send';
  /** Absolute; `search` and `read-file` only. */
  readonly folder?: string;
}

export interface SimulatedToolSpec extends ToolSpecCommon {
  readonly builtin: 'simulated';
  readonly latency: Latency;
  /** Liquid templates over `args, agent, index, row, params`; strings anywhere inside are rendered. */
  readonly result: Json;
  readonly failureRate: number;
  /** `error` rejects, `throw` throws synchronously, `hang` never settles. Absent: by `failureRate` alone. */
  readonly fault?: 'error' | 'throw' | 'hang';
  readonly parameters?: JsonSchema;
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
}

/** Who is in a group: so many, one for each row of a JSON-lines file (absolute path), or one for each entry. */
export type Members =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'each'; readonly file: string }
  | { readonly kind: 'list'; readonly rows: readonly JsonObject[] };

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

export interface MemorySpec {
  readonly store: 'lmdb' | 'in-memory';
  readonly durability: Durability;
  /** Added before each write, to rehearse a slow disk. */
  readonly latency: Latency;
}

/** `async`: writes are handed over and the agent goes on. `sync`: the next effect starts after the acknowledgement. */
export type Durability = 'async' | 'sync';

/** One agent to start. Small, since there may be a hundred thousand: what is shared stays in `group`. */
export interface AgentSpec {
  /** `group/index`: the agent's address. */
  readonly id: string;
  readonly group: GroupSpec;
  /** 0-based within the group. */
  readonly index: number;
  readonly row: JsonObject;
  /** What this agent observes, in order, not yet rendered. */
  readonly items: readonly ObservationItem[];
}

/** A template to render, or a dealt row. */
export type ObservationItem = { readonly template: string } | { readonly data: JsonObject };

// ---------------------------------------------------------------- observe

export type ObservationKind = 'observation' | 'results' | 'message';

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

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
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
export type JournalRecord =
  | { readonly type: 'observed'; readonly turn: number; readonly at: number; readonly observation: Observation }
  | { readonly type: 'model.intended'; readonly turn: number; readonly at: number; readonly model: string }
  | { readonly type: 'model.done'; readonly turn: number; readonly at: number; readonly decision: Decision }
  | { readonly type: 'model.failed'; readonly turn: number; readonly at: number; readonly error: ErrorInfo }
  | { readonly type: 'tools.intended'; readonly turn: number; readonly at: number; readonly calls: readonly string[] }
  | {
      readonly type: 'tool.done' | 'tool.failed';
      readonly turn: number;
      readonly at: number;
      readonly result: ToolResult;
    }
  | {
      readonly type: 'ended';
      readonly turn: number;
      readonly at: number;
      readonly status: AgentStatus;
      readonly error?: ErrorInfo;
    };

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
  /** Messages of the transcript that belong to finished turns; later ones are of a turn that was cut short. */
  readonly messages: number;
  readonly at: number;
  /** The last reply, at most 4 kB of it. */
  readonly reply?: string;
  readonly error?: ErrorInfo;
}

export type AgentStatus = 'running' | 'waiting' | 'done' | 'failed' | 'stopped';

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
  /** ISO 8601. */
  readonly startedAt: string;
  readonly virtual: boolean;
  readonly agents: number;
  readonly folder: string;
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

export type RunWideFact =
  | {
      readonly type: 'run.started';
      readonly run: string;
      readonly scenario: string;
      readonly seed: number;
      readonly virtual: boolean;
      readonly agents: number;
      /** Of a resumed run: those that had ended before. */
      readonly before?: { readonly done: number; readonly failed: number };
      readonly startedAt: string;
    }
  | { readonly type: 'run.draining'; readonly reason: string }
  | { readonly type: 'run.stalled'; readonly waiting: readonly Waiting[] }
  | { readonly type: 'run.finished'; readonly status: RunStatus };

/** Who waits for what. */
export interface Waiting {
  readonly agent: string;
  readonly for: string;
}

export type AgentFact = { readonly agent: string } & (
  | { readonly type: 'agent.started'; readonly group: string }
  | { readonly type: 'agent.observed'; readonly turn: number; readonly observation: Observation }
  | { readonly type: 'agent.waiting'; readonly for: string }
  | {
      readonly type: 'agent.decided';
      readonly turn: number;
      readonly model: string;
      readonly decision: Decision;
      readonly durationMs: number;
    }
  | {
      readonly type: 'model.failed';
      readonly turn: number;
      readonly model: string;
      readonly error: ErrorInfo;
      readonly durationMs: number;
    }
  | { readonly type: 'tool.started'; readonly turn: number; readonly call: ToolCall }
  | { readonly type: 'tool.finished'; readonly turn: number; readonly result: ToolResult; readonly durationMs: number }
  | { readonly type: 'agent.stored'; readonly turn: number }
  | { readonly type: 'agent.replied'; readonly turn: number; readonly observation: string; readonly reply: string }
  | {
      readonly type: 'agent.ended';
      readonly status: AgentStatus;
      readonly turns: number;
      readonly criticalPathMs: number;
      readonly error?: ErrorInfo;
    }
  | { readonly type: 'message.sent'; readonly message: Message }
);

/** The only way back into a run. */
export type MonitorCommand =
  | { readonly type: 'agent.send'; readonly agent: string; readonly text: string }
  | { readonly type: 'agent.stop'; readonly agent: string }
  | { readonly type: 'run.drain'; readonly reason: string };

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

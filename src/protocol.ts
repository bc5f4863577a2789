/**
 * The nouns of troupe, in the order in which a run meets them: what a scenario says, a turn, events, results. Types only.
 * Durations are milliseconds (`…Ms`), sizes bytes (`…Bytes`).
 */

import type { Json } from './protocol/json.ts';
import type { RunStatus } from './protocol/run-events.ts';
import type { ErrorInfo } from './protocol/turn.ts';

export type * from './protocol/messages.ts';
export type * from './protocol/people.ts';
export type * from './protocol/run-events.ts';
export type * from './protocol/specs.ts';
export type * from './protocol/turn.ts';

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

/** One answered observation, or the end of an agent that failed. A line of `--out`. */
export interface RunResult {
  readonly agent: string;
  readonly status: 'done' | 'failed' | 'stopped';
  readonly turn: number;
  readonly atMs: number;
  readonly observation?: string;
  readonly reply?: string;
  /** The reply as a value, if it had to be JSON. */
  readonly output?: Json;
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
  /** Calls that were made again. */
  readonly retries: { readonly model: number; readonly tool: number };
  /** Calls that models' providers refused for want of capacity, and that waited. */
  readonly throttled: number;
  /** Answers with flaws, which models were told of. */
  readonly corrections: number;
  /** Observations that were given up on. */
  readonly deadLetters: number;
  /** Asks refused, since those who were asked would never have answered: they wait for each other. */
  readonly deadlocks: number;
  /** Messages refused, since they went in circles. */
  readonly loops: number;
  readonly messages: number;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly costUsd: number;
  /** By name: how the models' gates went. */
  readonly models: Readonly<Record<string, ModelSummary>>;
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

/** What went on at a model's gate. */
export interface ModelSummary {
  readonly calls: number;
  /** Requests to the model: one for each call, and one more for each that was made again. */
  readonly tries: number;
  readonly retries: number;
  readonly throttled: number;
  /** Times an outage was noticed. */
  readonly trips: number;
  /** What calls have waited outside of the model. */
  readonly waitMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface ExpectationResult {
  readonly expect: string;
  readonly pass: boolean;
  /** The values the expression read, such as `agents.done = 199`; or why it could not be evaluated. */
  readonly actual: string;
}

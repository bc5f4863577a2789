/**
 * A tape: every model and tool call of a run with its outcome, as JSON lines. Types only.
 *
 * The first line says of which run it is; then comes a line for each call, when it has ended. Secrets are not on it; whoever
 * has one can tell by its digest whether a message held it.
 */

import type {
  Decision,
  ErrorInfo,
  Json,
  JsonObject,
  JsonSchema,
  ModelRequest,
  RunFact,
  ToolCall,
  ToolResult,
} from '../protocol.ts';
import type { CallContext } from './call-context.ts';
import type { MailAct } from './mail-tools.ts';

export interface TapeHeader {
  readonly scenario: string;
  readonly seed: number;
  readonly tools: Readonly<Record<string, TapedTool>>;
  /** Names that stand for several tools, with the names of these. */
  readonly sets: Readonly<Record<string, readonly string[]>>;
}

export interface TapedTool {
  readonly description: string;
  readonly parameters: JsonSchema;
  readonly effects: 'none' | 'idempotent' | 'once';
  /** Null: it had no deadline. */
  readonly timeoutMs: number | null;
}

interface TapedCall {
  readonly agent: string;
  /** The id of the call in its agent's life: `turn/model`, `turn/number`. */
  readonly call: string;
  /** What the agent waited, in milliseconds, with the waits for a place and between tries. */
  readonly ms: number;
  /** It was stopped from outside, with its agent. A replay gives whoever stopped it the time to do so again. */
  readonly cutShort?: true;
}

export interface TapedModelCall extends TapedCall {
  readonly model: string;
  /** What was asked. */
  readonly request: readonly RequestPart[];
  readonly outcome: TapedDecision;
}

/** A decision, or why there was none. */
export type TapedDecision = { readonly decision: Decision } | { readonly error: ErrorInfo };

/** A part of a request: its instructions, its tools, what the reply has to be, and then each message. */
export interface RequestPart {
  /** `instructions`, `tools`, `output`, or a message's role. */
  readonly as: string;
  /** Of its text; if that holds a secret, of the text without it too, which is what a replay has. */
  readonly digests: readonly string[];
  /** How it begins, as JSON, without secrets. */
  readonly head: string;
}

export interface TapedToolCall extends TapedCall {
  readonly tool: string;
  readonly args: JsonObject;
  readonly result: Pick<ToolResult, 'isError' | 'content' | 'serviceMs' | 'truncated'>;
  /** What the tool has done in the run, in order. */
  readonly acts: readonly TapedAct[];
}

/** Something a tool does inside its run: it is done again in a replay. `at` is milliseconds since the call's start. */
export type TapedAct = { readonly at: number } & (
  | /** A method of `ToolContext.mail`, with its arguments. */ {
      readonly mail: MailAct;
      readonly with: readonly Json[];
    }
  | { readonly remember: { readonly key: string; readonly text: string; readonly shared: boolean } }
  | { readonly log: string }
  | { readonly tell: RunFact }
);

/** Where to record. Its methods return at once and never throw; what could not be written is told by `close`. */
export interface TapeWriter {
  /** Once, before the first call. */
  begin(header: TapeHeader): void;
  /** Before the call: the conversation goes on. */
  describe(request: ModelRequest): readonly RequestPart[];
  /** A call has ended. */
  model(call: TapedModelCall): void;
  tool(call: TapedToolCall): void;
  /** Writes what is left. Idempotent. @throws {TroupeError} `USAGE` if something could not be written. */
  close(): void;
}

/** Which call it is, of a run that is replayed. */
export type CallPlace = Pick<CallContext, 'agent' | 'turn' | 'callId'>;

/**
 * A recorded run, for one replay: each call on it answers once, in its order, and the last of equal ones again and again.
 *
 * @throws {TroupeError} Both: `REPLAY_MISSING` if there is no such call, with what there is instead.
 */
export interface Tape {
  readonly header: TapeHeader;
  findModelCall(request: ModelRequest, place: CallPlace): Pick<TapedModelCall, 'ms' | 'cutShort' | 'outcome'>;
  findToolCall(
    call: Pick<ToolCall, 'name' | 'args'>,
    place: CallPlace,
  ): Pick<TapedToolCall, 'ms' | 'cutShort' | 'result' | 'acts'>;
}

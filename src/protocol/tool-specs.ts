/** The tools of a scenario. Types only. */

import type { Json, JsonSchema } from './json.ts';
import type { Latency } from './latency.ts';
import type { DelegationPolicy } from './messages.ts';
import type { ApprovalSpec } from './people.ts';

export type { Latency } from './latency.ts';

export type ToolSpec =
  | BuiltinToolSpec
  | MailToolSpec
  | BoardToolSpec
  | PersonToolSpec
  | FileToolSpec
  | NotesToolSpec
  | FetchToolSpec
  | ShellToolSpec
  | SimulatedToolSpec
  | ModuleToolSpec
  | McpToolSpec;

interface ToolSpecCommon {
  readonly description?: string;
  /** Milliseconds until a call's signal aborts and the call fails. */
  readonly timeoutMs: number;
  /** Instead of what the tool says of itself. */
  readonly effects?: 'none' | 'idempotent' | 'once';
  /** How often a failed call is made again, if its effects allow it. Default 0. */
  readonly retries?: number;
  /** Calls at once, over all agents. Absent: no limit. */
  readonly concurrency?: number;
  /** Milliseconds for which a result stands for every call with the same arguments. Absent: none is kept. */
  readonly cacheMs?: number;
  /** What a call does in a rehearsal, instead of the real thing. */
  readonly simulate?: SimulatedCall;
  /** Calls that wait for a person. Absent: none. */
  readonly approval?: ApprovalSpec;
}

/** What stands for a tool in a rehearsal. */
export interface SimulatedCall {
  readonly latency: Latency;
  /** Liquid templates over `args, agent, index, row, params`; strings anywhere inside are rendered. */
  readonly result: Json;
  /** Probability, 0 to 1, that a call fails after its latency. */
  readonly failureRate: number;
  /** `error` rejects, `throw` throws synchronously, `hang` never settles. Absent: by `failureRate` alone. */
  readonly fault?: 'error' | 'throw' | 'hang';
}

export interface BuiltinToolSpec extends ToolSpecCommon {
  readonly builtin: 'search' | 'metrics' | 'read-file' | 'write-file' | 'list-files' | 'calculate' | 'now';
  /** Absolute; of those that work in one. */
  readonly folder?: string;
}

/** What an agent says to others. */
export interface MailToolSpec extends ToolSpecCommon {
  readonly builtin: MailToolName;
  /**
   * Whom it may be about: groups and addresses. Absent: anybody. `delegate` and `spawn` have exactly one, the group they are
   * about; `publish`, `subscribe` and `unsubscribe` have topics.
   */
  readonly to?: readonly string[];
  /** `delegate`: who gets the task. Default `round-robin`. */
  readonly policy?: DelegationPolicy;
  /** `delegate` with `auction`: which bid wins. Default `lowest`. */
  readonly best?: 'lowest' | 'highest';
  /** `delegate`, `spawn`: the answer is waited for. Default true, of `spawn` false. */
  readonly wait?: boolean;
}

/** Reads or writes a blackboard of the scenario's `wiring`. */
export interface BoardToolSpec extends ToolSpecCommon {
  readonly builtin: 'read-board' | 'write-board';
  /** Its name there. */
  readonly board: string;
}

/** Asks a person. */
export interface PersonToolSpec extends ToolSpecCommon {
  readonly builtin: 'ask-person';
  readonly approval: ApprovalSpec;
}

export type MailToolName =
  | 'send'
  | 'ask'
  | 'publish'
  | 'subscribe'
  | 'unsubscribe'
  | 'delegate'
  | 'handoff'
  | 'spawn'
  | 'finish';

export interface FileToolSpec extends ToolSpecCommon {
  readonly builtin: 'append-line' | 'find-lines';
  /** Absolute. */
  readonly file: string;
}

export interface SimulatedToolSpec extends ToolSpecCommon, SimulatedCall {
  readonly builtin: 'simulated';
  readonly parameters?: JsonSchema;
}

/** Facts for later, in memory's store. */
export interface NotesToolSpec extends ToolSpecCommon {
  readonly builtin: 'remember' | 'recall';
  /** True: one collection for all agents. False: each has its own. */
  readonly shared: boolean;
}

export interface FetchToolSpec extends ToolSpecCommon {
  readonly builtin: 'fetch';
  /**
   * Hosts it may reach besides public addresses: `localhost:8080`, `10.0.0.7`, `*.internal:443`, or `10.0.0.0/8`. Without a
   * port: any.
   */
  readonly allow: readonly string[];
  /** Sent with each request to the hosts of `allow`, or to all if there are none; texts may hold `${NAME}`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of a body that are read. */
  readonly maxBytes: number;
}

export interface ShellToolSpec extends ToolSpecCommon {
  readonly builtin: 'shell';
  /** Absolute: where commands run. */
  readonly folder: string;
  /** Commands that may be run, each a program with the beginning of its arguments: `git log`, `ls`. */
  readonly allow: readonly string[];
  /** Variables of the commands' environment besides `PATH`, `HOME` and `LANG`; texts may hold `${NAME}`. */
  readonly env: Readonly<Record<string, string>>;
}

/** Tools of one's own: those that a module exports. */
export interface ModuleToolSpec extends Omit<ToolSpecCommon, 'timeoutMs'> {
  /** Instead of what the tools say of themselves. */
  readonly timeoutMs?: number;
  /** Absolute; TypeScript runs as it is. */
  readonly module: string;
  /** The export. Absent: all tools. */
  readonly export?: string;
}

/** All or some tools of a Model Context Protocol server; texts may hold `${NAME}`. */
export interface McpToolSpec extends ToolSpecCommon {
  readonly mcp: McpServerSpec;
  /** Those that are used. Absent: all. */
  readonly tools?: readonly string[];
  /** Before each tool's name. Default: nothing. */
  readonly prefix: string;
  /** By tool: what it does in a rehearsal, in which no server is started. */
  readonly simulated: Readonly<Record<string, SimulatedCall>>;
}

export type McpServerSpec =
  | {
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      /** Absolute. */
      readonly folder: string;
    }
  | { readonly url: string; readonly headers: Readonly<Record<string, string>> };

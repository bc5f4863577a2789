import type { CallContext } from '../base/call-context.ts';
import type { Json, JsonObject, Note, RunFact, ToolCall, ToolDefinition, ToolResult } from '../protocol.ts';
import type { Folder } from './files/folder.ts';
import type { LineFile } from './line-file.ts';
import type { ToolTerms } from './terms/tool-terms.ts';

/** What an agent can do in the world. One instance serves every agent that names it. */
export interface Tool extends ToolDefinition {
  /** Milliseconds until a call is aborted and answered with an error. */
  readonly timeoutMs: number;
  /**
   * What a call changes in the world. `none`: nothing, it can be made again at will. `idempotent`: made again with the
   * same `context.idempotencyKey` it changes nothing more. `once`: made again it would be done twice, such as a payment.
   */
  readonly effects: 'none' | 'idempotent' | 'once';
  /** True: the work happens outside the run's clock (a disk, a network), and virtual time waits for it. */
  readonly external: boolean;
  /** True: `execute` itself refuses, with `TOOL_ARGUMENTS`, an object that does not fit. Absent: `parameters` decide. */
  readonly checksArguments?: boolean;
  /** On what terms it is called. Absent: at once, and once. */
  readonly terms?: ToolTerms;
  /**
   * Does the work.
   *
   * Contract: `args` fit `parameters`. May return a value or a promise, throw or reject; the caller turns every
   * failure into a result. Should stop when `context.signal` aborts.
   */
  execute(args: JsonObject, context: ToolContext): Json | Promise<Json>;
  /** Makes a whole call instead, from its arguments to its result, on the contract of `runToolCall`. */
  run?(call: ToolCall, context: ToolContext): Promise<ToolResult>;
}

/** What a call may use besides time and chance. */
export interface ToolContext extends CallContext {
  /** The same whenever this very call is made again after a crash, another one for an equal call made on purpose. */
  readonly idempotencyKey: string;
  /** The agent's own row, for templates. Absent: `{}`. */
  readonly row?: JsonObject;
  /** The scenario's parameters, and its folder, absolute. */
  readonly params: JsonObject;
  readonly folder: string;
  /** Sends a message to another agent's mailbox. @throws {TroupeError} `AGENT_UNKNOWN`, `MAILBOX_FULL`. */
  sendMessage(to: string, body: string): void;
  /** Says something of the call to whoever watches the run; at most 2,000 characters. */
  log(text: string): void;
  /** Facts for later, in memory's store. */
  readonly memory: Notes;
  /** Tells everyone who watches the run. */
  tell(fact: RunFact): void;
}

/** What an agent, or all of them together, have noted. */
export interface Notes {
  /**
   * Notes a fact; one of the same key is replaced.
   *
   * @param shared True: for all agents. Default false: for this one.
   * @returns Resolves when it is on disk.
   */
  remember(key: string, text: string, options?: { readonly shared?: boolean }): Promise<void>;
  /** All that was noted, oldest first. */
  all(options?: { readonly shared?: boolean }): Promise<readonly Note[]>;
}

/** What a built-in tool may depend on besides its own declaration. */
export interface ToolOptions {
  /** The scenario's parameters, for templates. */
  readonly params: JsonObject;
  /** True: a rehearsal; results have to be a function of the seed. */
  readonly virtual: boolean;
  /** The file at an absolute path, the same one for all tools; in a rehearsal one that is nowhere. */
  lineFile(path: string): LineFile;
  /** The folder of a real path; in a rehearsal what is written in it is in memory, and all tools see it. */
  folder(path: string): Folder;
  /** Tells everyone who watches the run. */
  tell(fact: RunFact): void;
}

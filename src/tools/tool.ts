import type { CallContext } from '../base/call-context.ts';
import type { Json, JsonObject, ToolDefinition } from '../protocol.ts';
import type { LineFile } from './line-file.ts';

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
  /**
   * Does the work.
   *
   * Contract: `args` fit `parameters`. May return a value or a promise, throw or reject; the caller turns every
   * failure into a result. Should stop when `context.signal` aborts.
   */
  execute(args: JsonObject, context: ToolContext): Json | Promise<Json>;
}

/** What a call may use besides time and chance. */
export interface ToolContext extends CallContext {
  /** The same whenever this very call is made again after a crash, another one for an equal call made on purpose. */
  readonly idempotencyKey: string;
  /** The agent's own row, for templates. Absent: `{}`. */
  readonly row?: JsonObject;
  /** Sends a message to another agent's mailbox. @throws {TroupeError} `AGENT_UNKNOWN`, `MAILBOX_FULL`. */
  sendMessage(to: string, body: string): void;
}

/** What a built-in tool may depend on besides its own declaration. */
export interface ToolOptions {
  /** The scenario's parameters, for templates. */
  readonly params: JsonObject;
  /** True: a rehearsal; results have to be a function of the seed. */
  readonly virtual: boolean;
  /** The file at an absolute path, the same one for all tools; in a rehearsal one that is nowhere. */
  lineFile(path: string): LineFile;
}

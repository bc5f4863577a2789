import type { CallContext } from '../base/call-context.ts';
import type { Json, JsonObject, ToolDefinition } from '../protocol.ts';

/** What an agent can do in the world. One instance serves every agent that names it. */
export interface Tool extends ToolDefinition {
  /** Milliseconds until a call is aborted and answered with an error. */
  readonly timeoutMs: number;
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
}

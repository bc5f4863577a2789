/** Every code an error of ours can carry, with the exit status of a command that ends by it. */
export const ERROR_CODES = {
  SCENARIO_INVALID: 2,
  SCENARIO_CHANGED: 2,
  USAGE: 2,
  RUN_NOT_FOUND: 2,
  STORE_UNAVAILABLE: 2,
  STORE_BUSY: 2,
  MONITOR_UNAVAILABLE: 2,
  STORE_FAILED: 1,
  MODEL_FAILED: 1,
  MODEL_TIMEOUT: 1,
  MODEL_UNAVAILABLE: 2,
  MODEL_REFUSED: 1,
  MODEL_ANSWER: 1,
  BUDGET: 1,
  CONTEXT_EXCEEDED: 1,
  REPLAY_MISSING: 1,
  TOOL_UNKNOWN: 1,
  TOOL_ARGUMENTS: 1,
  TOOL_FAILED: 1,
  TOOL_TIMEOUT: 1,
  TOOL_RESULT: 1,
  TURN_LIMIT: 1,
  IDENTICAL_CALLS: 1,
  WALL_LIMIT: 1,
  AGENT_FAULT: 1,
  RESTARTS_EXCEEDED: 1,
  CALL_UNKNOWN: 1,
  AGENT_UNKNOWN: 1,
  GROUP_UNKNOWN: 1,
  TOO_MANY: 1,
  CONFLICT: 1,
  MAILBOX_FULL: 1,
  SOURCE_FAILED: 1,
  ASK_FAILED: 1,
  DEADLOCK: 1,
  LIVELOCK: 1,
  APPROVAL_UNKNOWN: 1,
  LETTER_UNKNOWN: 1,
  SOURCE_UNKNOWN: 1,
  SOURCE_ENDED: 1,
  SOURCE_UNAVAILABLE: 1,
  TEMPLATE: 1,
  EXPRESSION: 1,
  ABORTED: 130,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error a person can act on: a code, what happened, and what to do. */
export class TroupeError extends Error {
  readonly code: ErrorCode;

  /**
   * @param code One of `ERROR_CODES`.
   * @param message Action first, the value quoted, then the state: `Cannot open "x": it does not exist`.
   * @param options.cause The error underneath, kept for logs.
   */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TroupeError';
    this.code = code;
  }

  get exitStatus(): number {
    return ERROR_CODES[this.code];
  }
}

/**
 * The code and message of anything that was thrown, including what is not an Error.
 *
 * Contract: never throws, whatever the value does when it is read.
 */
export function toErrorInfo(thrown: unknown): { code: string; message: string } {
  try {
    if (thrown instanceof TroupeError) return { code: thrown.code, message: thrown.message };
    if (thrown instanceof Error) return { code: 'ERROR', message: String(thrown.message || thrown.name) };
    return { code: 'ERROR', message: typeof thrown === 'string' ? thrown : `Thrown value: ${describe(thrown)}` };
  } catch {
    return { code: 'ERROR', message: 'Thrown value that cannot be read' };
  }
}

function describe(value: unknown): string {
  const json = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return String(json).slice(0, 200);
}

import type { PersonAnswer, RunStatus, WaitingApproval, WaitingCallId } from '../protocol.ts';

/** The calls of one run that wait for a person, wherever the run is. */
export interface OpenInbox {
  readonly run: string;
  readonly scenario: string;
  readonly status: RunStatus;
  /** Milliseconds since the run's start, on its clock. */
  readonly at: number;
  readonly waiting: readonly WaitingApproval[];
  /** All that wait: `waiting` may be only those that wait longest. */
  readonly total: number;
  /** Of a run that is stopped: the command that goes on with it. */
  readonly resume?: string;
  /**
   * Answers one call; resolves when it counts.
   *
   * @throws {TroupeError} `APPROVAL_UNKNOWN` if it does not wait any more; `USAGE`, `TOOL_ARGUMENTS` if it is no answer to it;
   * `MONITOR_UNAVAILABLE` or `STORE_FAILED` if nobody knows whether it counts.
   */
  answer(id: WaitingCallId, answer: PersonAnswer): Promise<void>;
  close(): Promise<void>;
}

/** What people decide: calls that wait for somebody's approval, and questions. Types only. */

import type { JsonObject } from './json.ts';
import type { Latency } from './latency.ts';

/** What becomes of a call that waits, or of the deadline that nobody has kept. */
export type ApprovalOutcome = 'approved' | 'rejected' | 'edited' | 'answered';

/** When a tool's calls wait for a person, and for how long. */
export interface ApprovalSpec {
  /** `approval`: the call is made when somebody has approved of it. `question`: what somebody says is its result. */
  readonly kind: 'approval' | 'question';
  /** CEL over `tool, args, agent, row, params, user, session`: which calls wait. Absent: every one. */
  readonly when?: string;
  /** Milliseconds on the run's clock. Absent: it waits for ever. */
  readonly deadlineMs?: number;
  /** What it comes to when that time is over. */
  readonly otherwise: 'approve' | 'reject';
  /** Of a question: the answer then. Absent: it is an error. */
  readonly otherwiseText?: string;
  /** What a person does in a rehearsal. Absent: nothing. */
  readonly simulate?: SimulatedPerson;
}

export interface SimulatedPerson {
  readonly latency: Latency;
  /** The first whose `when` is true; none: the person never answers. */
  readonly answers: readonly SimulatedReaction[];
}

/** Texts are Liquid over the names of `when`. */
export interface SimulatedReaction {
  /** CEL over the same names. Absent: always. */
  readonly when?: string;
  readonly answer: 'approve' | 'reject' | 'edit' | 'answer';
  readonly reason?: string;
  /** `edit`: the arguments instead. */
  readonly args?: JsonObject;
  /** `answer`: to a question. */
  readonly text?: string;
}

/** What somebody says to a call that waits. */
export interface PersonAnswer {
  /** A question is answered with `text`, or rejected. */
  readonly answer: 'approve' | 'reject' | 'edit';
  readonly reason?: string;
  /** `edit`: the arguments the call is made with instead. */
  readonly args?: JsonObject;
  readonly text?: string;
  /** Who, as they say. */
  readonly by: string;
}

/** What was said, as it is written down. */
export interface ApprovalRecord {
  readonly answer: ApprovalOutcome;
  readonly args?: JsonObject;
  readonly text?: string;
  readonly by: string;
  readonly reason?: string;
}

/** A call that waits for a person. */
export interface WaitingApproval {
  readonly agent: string;
  /** Names it within its agent: `turn/call`. */
  readonly callId: string;
  readonly kind: ApprovalSpec['kind'];
  readonly tool: string;
  readonly turn: number;
  readonly args: JsonObject;
  /** Of a question. */
  readonly question?: string;
  /** Milliseconds since the run's start. */
  readonly since: number;
  readonly deadlineAt?: number;
}

/** One of the calls that wait. */
export interface WaitingCallId {
  readonly agent: string;
  readonly callId: string;
}

/**
 * `by`: who, default `monitor`. The second has either `calls` or `tool`, all waiting calls of it but questions; those that do
 * not wait any more are passed over, unless none does.
 */
export type ApprovalCommand =
  | {
      readonly type: 'approval.answer';
      readonly agent: string;
      readonly callId: string;
      readonly answer: PersonAnswer['answer'];
      readonly reason?: string | undefined;
      readonly args?: JsonObject | undefined;
      readonly text?: string | undefined;
      readonly by?: string | undefined;
    }
  | {
      readonly type: 'approvals.answer';
      readonly answer: 'approve' | 'reject';
      readonly calls?: readonly WaitingCallId[] | undefined;
      readonly tool?: string | undefined;
      readonly reason?: string | undefined;
      readonly by?: string | undefined;
    };

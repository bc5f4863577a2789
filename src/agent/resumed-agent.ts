import { SEEN_MAX } from '../base/limits.ts';
import type {
  ChatMessage,
  Condensed,
  Decision,
  JournalRecord,
  Message,
  Observation,
  Spent,
  ToolCall,
  ToolResult,
} from '../protocol.ts';
import { type ApprovalHistory, toApprovalHistory } from './approval-history.ts';
import { toResultText } from './result-text.ts';

/** Where the last stored turn has left an agent: constant size but for the results that are still to be observed. */
export interface StoredPoint {
  readonly turn: number;
  readonly step: number;
  readonly taken: number;
  /** Observations begun, and messages among them. */
  readonly observations: number;
  readonly messages: number;
  readonly answered: boolean;
  readonly question: string;
  /** The message that is being answered, if it is one. */
  readonly cause?: Message;
  /** When the observation's time is over, on the run's clock; absent when there is none under way. */
  readonly deadlineAt?: number;
  /** What the last turn's calls have brought, in their order; to be observed next unless it is answered. */
  readonly results: readonly ToolResult[];
  /** What was wrong with the last answer; to be observed next instead of results. */
  readonly flaw?: string;
  /** Calls of the observation so far. */
  readonly calls: readonly ToolCall[];
}

/** A turn that had its decision and was not stored: its calls are gone on with, and nobody is asked again. */
export interface CutTurn {
  readonly observation: Observation;
  /** It is the first turn of its observation. */
  readonly isFirst: boolean;
  readonly observedAt: number;
  readonly decision: Decision;
  /** What calls have brought, by their ids. */
  readonly outcomes: ReadonlyMap<string, ToolResult>;
  /** Calls that were about to be made, and of which nobody knows whether they were. */
  readonly unknown: ReadonlySet<string>;
  /** What people were asked in it. Absent: nothing. */
  readonly approvals?: ApprovalHistory;
  /** All that its journal says of it: it may be cut short once more. */
  readonly records: readonly JournalRecord[];
}

/** What an agent goes on from, after a crash, an interrupt or a restart. */
export interface ResumedAgent {
  readonly point: StoredPoint;
  /** Up to the last stored turn. */
  readonly transcript: readonly ChatMessage[];
  /** Received and not yet observed. */
  readonly mailbox: readonly Message[];
  /** Messages received before, so that one that is sent again is not taken twice. */
  readonly seen: ReadonlySet<string>;
  readonly cut?: CutTurn;
  /** Observations that were given up on. */
  readonly setAside?: number;
  /** How often the observation under way has failed, and when its next try is due, on the run's clock. */
  readonly attempts?: number;
  readonly retryAt?: number;
  /** What was left of the time of the observation under way, in milliseconds. Absent: `point.deadlineAt` stands. */
  readonly wallLeftMs?: number;
  readonly spent?: Spent;
  readonly condensed?: Condensed;
  /** Messages of the conversation, from its beginning, that are not in `transcript`. Absent: none. */
  readonly forgotten?: number;
  /** Topics it has subscribed to. Absent: those it begins with. */
  readonly topics?: readonly string[];
}

/** Before the first turn. */
export const START: StoredPoint = {
  turn: 0,
  step: 0,
  taken: 0,
  observations: 0,
  messages: 0,
  answered: true,
  question: '',
  results: [],
  calls: [],
};

/**
 * Where an agent goes on.
 *
 * @param point The last stored turn.
 * @param since What its journal says after that turn, in order.
 * @param mail Messages it has not observed by then, oldest first, and the ids of those it has ever received.
 */
export function toResumedAgent(
  point: StoredPoint,
  since: readonly JournalRecord[],
  transcript: readonly ChatMessage[],
  mail: { readonly waiting: readonly Message[]; readonly received: Iterable<string> },
): ResumedAgent {
  const cut = toCutTurn(point, since);
  const restart = since.findLast((record) => record.type === 'restarting');
  return {
    point,
    transcript,
    mailbox: mail.waiting,
    seen: new Set([...mail.received].slice(-SEEN_MAX)),
    ...(cut !== undefined && { cut }),
    ...(restart !== undefined && { attempts: restart.attempt, retryAt: restart.until }),
  };
}

function toCutTurn(point: StoredPoint, since: readonly JournalRecord[]): CutTurn | undefined {
  let observed: (JournalRecord & { type: 'observed' }) | undefined;
  let decision: Decision | undefined;
  const outcomes = new Map<string, ToolResult>();
  const unknown = new Set<string>();
  for (const record of since) {
    switch (record.type) {
      case 'observed':
        observed ??= record;
        break;
      case 'model.done':
        decision ??= record.decision;
        break;
      case 'tools.intended':
        for (const id of record.calls) if (!outcomes.has(id)) unknown.add(id);
        break;
      case 'tool.done':
      case 'tool.failed':
      case 'tool.unknown':
        outcomes.set(record.result.callId, record.result);
        unknown.delete(record.result.callId);
        break;
    }
  }
  if (observed === undefined || decision === undefined) return undefined;
  const isFirst = isNewObservation(observed.observation);
  const observation = isFirst ? observed.observation : toNextObservation(point);
  const approvals = toApprovalHistory(since);
  const cut = { observation, isFirst, observedAt: observed.at, decision, outcomes, unknown, records: since };
  return approvals === undefined ? cut : { ...cut, approvals };
}

/** It begins something, instead of going on with it. */
export function isNewObservation({ kind }: Observation): boolean {
  return kind === 'observation' || kind === 'message';
}

/** What an agent observes next that has not answered yet: its results, or what was wrong with its answer. */
export function toNextObservation({ flaw, results }: StoredPoint): Observation {
  return flaw === undefined ? toResultsObservation(results) : toCorrection(flaw);
}

/** What is wrong with an answer, for the model that gave it. */
export function toCorrection(flaw: string): Observation {
  return { kind: 'correction', text: flaw };
}

/** What an agent observes when its calls have settled; its text is for rules, its results for everything else. */
export function toResultsObservation(results: readonly ToolResult[]): Observation {
  return { kind: 'results', text: results.map(toResultText).join('\n'), results };
}

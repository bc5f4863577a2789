import { toText } from '../base/template.ts';
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

/** Ids of received messages that are remembered. A message is sent again only by a call that was cut short. */
export const SEEN_MAX = 1_000;

/**
 * Where an agent goes on.
 *
 * @param point The last stored turn.
 * @param since What its journal says after that turn, in order.
 * @param received All messages it has received, or at least those after the first `point.messages`, oldest first.
 */
export function toResumedAgent(
  point: StoredPoint,
  since: readonly JournalRecord[],
  transcript: readonly ChatMessage[],
  received: { readonly messages: readonly Message[]; readonly from: number },
): ResumedAgent {
  const cut = toCutTurn(point, since);
  const restart = since.findLast((record) => record.type === 'restarting');
  const mailbox = received.messages.slice(Math.max(0, point.messages - received.from));
  const seen = new Set(received.messages.slice(-SEEN_MAX).map(({ id }) => id));
  return {
    point,
    transcript,
    mailbox,
    seen,
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
  return { observation, isFirst, observedAt: observed.at, decision, outcomes, unknown };
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
  return { kind: 'results', text: results.map(({ content }) => toText(content)).join('\n'), results };
}

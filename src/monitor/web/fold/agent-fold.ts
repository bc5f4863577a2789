import type { Decision, ErrorInfo, Json, Observation, RunEvent, ToolCall, Usage } from '../../../protocol.ts';

export interface FoldedCall {
  readonly call: ToolCall;
  readonly startedAt: number;
  /** Its deadline, from its start; absent when it is not known. */
  readonly timeoutMs?: number;
  /** Absent: it still runs, or nobody knows how it ended. */
  finishedAt?: number;
  isError: boolean;
  content?: Json;
  serviceMs?: number;
  isTruncated?: boolean;
}

/** One pass from observing to storing. Moments are milliseconds since the run's start. */
export interface FoldedTurn {
  readonly turn: number;
  readonly startedAt: number;
  observation?: Observation;
  model?: string;
  decision?: Decision;
  decidedAt?: number;
  /** What the model call took; the rest since `startedAt` was waiting for a place. */
  decideMs?: number;
  /** Why there is no decision. */
  error?: ErrorInfo;
  /** What has come of the answer under way. */
  draft?: string;
  readonly calls: FoldedCall[];
  storedAt?: number;
  /** Given when the turn has answered its observation. */
  reply?: string;
}

/** An agent's life as its events tell it. */
export interface AgentFold {
  readonly turns: FoldedTurn[];
  /** How often it was started again after its first start. */
  restarts: number;
  readonly tokens: { input: number; output: number };
  costUsd: number;
  /** Decisions and, within each turn, the longest call, one after the other. */
  criticalPathMs: number;
  ended?: { readonly status: string; readonly at: number; readonly error?: ErrorInfo };
  /** What it waits for, while it waits. */
  waitingFor?: string;
  isPaused: boolean;
  failedCalls: number;
}

/** Folds the events of one agent, in order. Events whose beginnings are missing begin a turn of their own. */
export function foldAgent(events: readonly RunEvent[]): AgentFold {
  const fold: AgentFold = {
    turns: [],
    restarts: -1,
    tokens: { input: 0, output: 0 },
    costUsd: 0,
    criticalPathMs: 0,
    isPaused: false,
    failedCalls: 0,
  };
  for (const event of events) take(fold, event);
  fold.restarts = Math.max(0, fold.restarts);
  if (fold.ended === undefined) fold.criticalPathMs = toCriticalPath(fold.turns);
  return fold;
}

/** The call that took longest: with the decision it makes the turn's critical path. */
export function longestCall({ calls }: Pick<FoldedTurn, 'calls'>): FoldedCall | undefined {
  return calls.reduce<FoldedCall | undefined>(
    (longest, call) => ((call.serviceMs ?? -1) > (longest?.serviceMs ?? -1) ? call : longest),
    undefined,
  );
}

function toCriticalPath(turns: readonly FoldedTurn[]): number {
  return turns.reduce(
    (sum, turn) => sum + (turn.decision?.serviceMs ?? 0) + Math.max(0, longestCall(turn)?.serviceMs ?? 0),
    0,
  );
}

type Take<Type extends RunEvent['type']> = (fold: AgentFold, event: Extract<RunEvent, { type: Type }>) => void;

const TAKE: { readonly [Type in RunEvent['type']]?: Take<Type> } = {
  'agent.started': (fold) => {
    fold.restarts++;
    delete fold.ended;
    delete fold.waitingFor;
  },
  'agent.observed': (fold, { at, turn, observation }) => {
    delete fold.waitingFor;
    fold.turns.push({ turn, startedAt: at, observation, calls: [] });
  },
  'agent.waiting': (fold, event) => {
    fold.waitingFor = event.for;
  },
  'agent.paused': (fold) => {
    fold.isPaused = true;
  },
  'agent.resumed': (fold) => {
    fold.isPaused = false;
  },
  'agent.decided': (fold, { at, turn, model, decision, durationMs }) => {
    Object.assign(turnOf(fold, turn, at - durationMs), { model, decision, decidedAt: at, decideMs: durationMs });
    book(fold, decision.usage);
  },
  'agent.streamed': (fold, { at, turn, text }) => {
    const streaming = turnOf(fold, turn, at);
    streaming.draft = (streaming.draft ?? '') + text;
  },
  // The answer begins anew.
  'model.retried': (fold, { at, turn }) => {
    delete turnOf(fold, turn, at).draft;
  },
  'agent.condensed': (fold, { usage }) => {
    if (usage !== undefined) book(fold, usage);
  },
  'agent.recalled': (fold, { at, turn, decision }) => {
    Object.assign(turnOf(fold, turn, at), { decision, decidedAt: at });
  },
  'model.failed': (fold, { at, turn, model, error, durationMs }) => {
    Object.assign(turnOf(fold, turn, at - durationMs), { model, error, decidedAt: at, decideMs: durationMs });
    fold.failedCalls++;
  },
  'tool.started': (fold, { at, turn, call, timeoutMs }) => {
    const deadline = timeoutMs === undefined ? {} : { timeoutMs };
    turnOf(fold, turn, at).calls.push({ call, startedAt: at, isError: false, ...deadline });
  },
  'tool.finished': (fold, { at, turn, result, durationMs }) => {
    const { calls } = turnOf(fold, turn, at - durationMs);
    let call = calls.find((other) => other.call.id === result.callId && other.finishedAt === undefined);
    if (call === undefined) {
      call = { call: { id: result.callId, name: result.name, args: {} }, startedAt: at - durationMs, isError: false };
      calls.push(call);
    }
    call.finishedAt = at;
    call.isError = result.isError;
    call.content = result.content;
    call.serviceMs = result.serviceMs;
    if (result.truncated === true) call.isTruncated = true;
    if (result.isError) fold.failedCalls++;
  },
  'agent.stored': (fold, { at, turn }) => {
    turnOf(fold, turn, at).storedAt = at;
  },
  'agent.replied': (fold, { at, turn, reply }) => {
    turnOf(fold, turn, at).reply = reply;
  },
  'agent.ended': (fold, { at, status, error, criticalPathMs }) => {
    fold.ended = { status, at, ...(error && { error }) };
    fold.criticalPathMs = criticalPathMs;
    fold.isPaused = false;
    delete fold.waitingFor;
  },
};

function take(fold: AgentFold, event: RunEvent): void {
  (TAKE[event.type] as ((fold: AgentFold, event: RunEvent) => void) | undefined)?.(fold, event);
}

function book(fold: AgentFold, { inputTokens, outputTokens, costUsd = 0 }: Usage): void {
  fold.tokens.input += inputTokens;
  fold.tokens.output += outputTokens;
  fold.costUsd += costUsd;
}

function turnOf(fold: AgentFold, turn: number, startedAt: number): FoldedTurn {
  const known = fold.turns.findLast((other) => other.turn === turn);
  if (known !== undefined) return known;
  const begun: FoldedTurn = { turn, startedAt, calls: [] };
  fold.turns.push(begun);
  return begun;
}

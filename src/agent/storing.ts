import { toErrorInfo } from '../base/errors.ts';
import { findEnds } from '../base/find-ends.ts';
import { isAnswered } from '../base/is-answered.ts';
import { SNAPSHOT_REPLY_CHARS } from '../base/limits.ts';
import type { AgentStatus, Condensed, MemorySnapshot, ToolResult } from '../protocol.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import type { AgentEnvironment } from './environment.ts';
import { handOver } from './hand-over.ts';
import { keepTurns } from './keep-turns.ts';
import { isFinished } from './observe.ts';
import { toResultText } from './result-text.ts';
import type { StoredPoint } from './resumed-agent.ts';

/** Stores the turn, and sends `stored` when the agent may go on, unless it may at once. */
export function storeTurn(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void): void {
  const { work, spec, turn } = context;
  if (!isTold(env, context, send)) return;
  work.inFlight = [];
  work.since = [];
  dropExpired(env, context);
  work.point = toPoint(env, context);
  const finished = isFinished(context);
  if (finished) work.journal.push({ type: 'ended', turn, at: env.clock.elapsed(), status: 'done' });
  const written = handOver(env, context, toMemorySnapshot(env, context, finished ? 'done' : 'running'));
  if (context.answered) keepTurns(env, context);
  const settled = (): void => {
    env.emit({ type: 'agent.stored', agent: spec.id, turn });
    send({ type: 'stored' });
  };
  const waitFor = env.durability === 'sync' ? written : env.store.room();
  if (waitFor === undefined) env.emit({ type: 'agent.stored', agent: spec.id, turn });
  else waitFor.then(settled, (error) => send({ type: 'unstored', error: toErrorInfo(error) }));
}

/**
 * Whether all have the turn's answer that are to have it; if not, `delivered` is sent when they have.
 *
 * Until then the turn is not stored: after a crash it is told again.
 */
function isTold(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void): boolean {
  const { work } = context;
  if (work.isTelling) {
    work.isTelling = false;
    return true;
  }
  closeTurn(context);
  const told = tellAnswer(env, context);
  if (told === undefined) return true;
  work.isTelling = true;
  void told.then(() => send({ type: 'delivered' }));
  return false;
}

function closeTurn(context: AgentContext): void {
  const { work } = context;
  for (const result of context.results) {
    if (result === undefined) continue;
    const { callId, name, isError } = result;
    work.transcript.push({ role: 'tool', callId, name, isError, content: toResultText(result) });
  }
  if (context.answered) {
    work.wallTimer?.cancel();
    work.wallTimer = undefined;
    work.deadlineAt = undefined;
    work.attempts = 0;
  }
}

/**
 * Brings an answer to whom it goes, before the turn is stored: memory keeps the order, so that a turn which is there has told
 * its answer. One that is told and not there is answered again from its decision, and nobody gets the answer twice.
 */
function tellAnswer(env: AgentEnvironment, context: AgentContext): Promise<void> | undefined {
  const { spec, answered, observations, taken, cause, decision, results } = context;
  if (!answered || !env.mailroom.isAwaited(spec, cause)) return undefined;
  void handOver(env, context);
  const isDecided = decision !== undefined && isAnswered(decision);
  const ends = isDecided ? undefined : findEnds(results);
  const reply = isDecided ? decision.reply : ends?.reply;
  const isHandedOver = ends?.what === 'observation';
  return env.mailroom.answered(spec, { observations, taken, cause, reply, isHandedOver });
}

/** What has waited for too long is not observed. */
function dropExpired(env: AgentEnvironment, { spec, turn, work }: AgentContext): void {
  if (work.mailbox === undefined) return;
  const at = env.clock.elapsed();
  for (const message of work.mailbox.takeExpired(at)) {
    work.journal.push({ type: 'dropped', turn, at, message: message.id, reason: 'expired' });
    env.mailroom.bury(message, 'expired');
    env.mailroom.took(spec.id);
  }
}

/** An agent counts from what it has of its conversation, memory from its beginning. */
export function toAbsolute(condensed: Condensed, forgotten: number): Condensed {
  return forgotten === 0 ? condensed : { ...condensed, dropped: condensed.dropped + forgotten };
}

/** In `async` a turn waits only when the store has fallen so far behind that memory would grow without bound. */
export function maySkipWaiting(env: AgentEnvironment, { work }: AgentContext): boolean {
  return !work.isTelling && env.durability === 'async' && env.store.room() === undefined;
}

/** Records an end that is not a finished turn: a failure, or being stopped. */
export function storeEnd(env: AgentEnvironment, context: AgentContext, status: AgentStatus): void {
  const { work, turn, error } = context;
  work.wallTimer?.cancel();
  work.journal.push({ type: 'ended', turn, at: env.clock.elapsed(), status, ...(error && { error }) });
  void handOver(env, context, toMemorySnapshot(env, context, status));
}

function toPoint(
  env: AgentEnvironment,
  { turn, step, taken, observations, messages, answered, question, cause, ...context }: AgentContext,
): StoredPoint {
  const { calls } = context.work;
  const deadlineAt = toDeadline(env, context);
  const results = answered ? [] : (context.results as readonly ToolResult[]);
  const flaw = context.decision?.flaw;
  const asked = { turn, step, taken, observations, messages, answered, question, results };
  const place = cause === undefined || answered ? asked : { ...asked, cause };
  const point = flaw === undefined ? place : { ...place, flaw };
  // The list of calls grows in place, and is a new one with each observation.
  return { ...point, calls: answered ? [] : calls.slice(), ...(deadlineAt !== undefined && { deadlineAt }) };
}

/** When the observation's time is over, if it goes on from here: it may stand still. */
function toDeadline(env: AgentEnvironment, { work }: Pick<AgentContext, 'work'>): number | undefined {
  const { deadlineAt, wallLeftMs } = work;
  return deadlineAt === undefined || wallLeftMs === undefined ? deadlineAt : env.clock.elapsed() + wallLeftMs;
}

function toMemorySnapshot(env: AgentEnvironment, context: AgentContext, status: AgentStatus): MemorySnapshot {
  const { spec, turn, step, taken, observations, messages, answered, reply, error } = context;
  const at = env.clock.elapsed();
  const { setAside, spent, condensed, topics, forgotten } = context.work;
  const deadlineAt = toDeadline(env, context);
  const position = { agent: spec.id, status, turn, step, taken, observations, messages, answered, at, spent };
  let snapshot: MemorySnapshot = deadlineAt === undefined ? position : { ...position, deadlineAt };
  const flaw = answered ? undefined : context.decision?.flaw;
  if (flaw !== undefined) snapshot = { ...snapshot, flaw };
  if (condensed !== undefined) snapshot = { ...snapshot, condensed: toAbsolute(condensed, forgotten) };
  if (setAside > 0) snapshot = { ...snapshot, setAside };
  if (topics !== undefined) snapshot = { ...snapshot, topics };
  // Not by spreading conditionally: that costs microseconds, and this is done each turn.
  if (error !== undefined) return { ...snapshot, error };
  if (reply !== undefined) return { ...snapshot, reply: reply.slice(0, SNAPSHOT_REPLY_CHARS) };
  return snapshot;
}

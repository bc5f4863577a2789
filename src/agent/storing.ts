import { toErrorInfo } from '../base/errors.ts';
import { SNAPSHOT_REPLY_CHARS } from '../base/limits.ts';
import { toText } from '../base/template.ts';
import type { AgentStatus, MemorySnapshot, ToolResult } from '../protocol.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import type { AgentEnvironment } from './environment.ts';
import { handOver } from './hand-over.ts';
import { isFinished } from './observe.ts';
import type { StoredPoint } from './resumed-agent.ts';

/** Stores the turn, and sends `stored` when the agent may go on, unless it may at once. */
export function storeTurn(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void): void {
  const { work, spec, turn } = context;
  for (const result of context.results) {
    if (result === undefined) continue;
    const { callId, name, isError } = result;
    work.transcript.push({ role: 'tool', callId, name, isError, content: toText(result.content) });
  }
  if (context.answered) {
    work.wallTimer?.cancel();
    work.wallTimer = undefined;
    work.deadlineAt = undefined;
    work.attempts = 0;
  }
  work.inFlight = [];
  work.since = [];
  work.point = toPoint(context);
  const finished = isFinished(context);
  if (finished) work.journal.push({ type: 'ended', turn, at: env.clock.elapsed(), status: 'done' });
  const written = handOver(env, context, toMemorySnapshot(env, context, finished ? 'done' : 'running'));
  const settled = (): void => {
    env.emit({ type: 'agent.stored', agent: spec.id, turn });
    send({ type: 'stored' });
  };
  const waitFor = env.durability === 'sync' ? written : env.store.room();
  if (waitFor === undefined) env.emit({ type: 'agent.stored', agent: spec.id, turn });
  else waitFor.then(settled, (error) => send({ type: 'unstored', error: toErrorInfo(error) }));
}

/** In `async` a turn waits only when the store has fallen so far behind that memory would grow without bound. */
export function maySkipWaiting(env: AgentEnvironment): boolean {
  return env.durability === 'async' && env.store.room() === undefined;
}

/** Records an end that is not a finished turn: a failure, or being stopped. */
export function storeEnd(env: AgentEnvironment, context: AgentContext, status: AgentStatus): void {
  const { work, turn, error } = context;
  work.wallTimer?.cancel();
  work.journal.push({ type: 'ended', turn, at: env.clock.elapsed(), status, ...(error && { error }) });
  void handOver(env, context, toMemorySnapshot(env, context, status));
}

function toPoint({
  turn,
  step,
  taken,
  observations,
  messages,
  answered,
  question,
  ...context
}: AgentContext): StoredPoint {
  const { deadlineAt, calls } = context.work;
  const results = answered ? [] : (context.results as readonly ToolResult[]);
  const flaw = context.decision?.flaw;
  const place = { turn, step, taken, observations, messages, answered, question, results };
  const point = flaw === undefined ? place : { ...place, flaw };
  // The list of calls grows in place, and is a new one with each observation.
  return { ...point, calls: answered ? [] : calls.slice(), ...(deadlineAt !== undefined && { deadlineAt }) };
}

function toMemorySnapshot(env: AgentEnvironment, context: AgentContext, status: AgentStatus): MemorySnapshot {
  const { spec, turn, step, taken, observations, messages, answered, reply, error } = context;
  const at = env.clock.elapsed();
  const { deadlineAt, setAside, spent, condensed } = context.work;
  const position = { agent: spec.id, status, turn, step, taken, observations, messages, answered, at, spent };
  let snapshot: MemorySnapshot = deadlineAt === undefined ? position : { ...position, deadlineAt };
  const flaw = answered ? undefined : context.decision?.flaw;
  if (flaw !== undefined) snapshot = { ...snapshot, flaw };
  if (condensed !== undefined) snapshot = { ...snapshot, condensed };
  if (setAside > 0) snapshot = { ...snapshot, setAside };
  // Not by spreading conditionally: that costs microseconds, and this is done each turn.
  if (error !== undefined) return { ...snapshot, error };
  if (reply !== undefined) return { ...snapshot, reply: reply.slice(0, SNAPSHOT_REPLY_CHARS) };
  return snapshot;
}

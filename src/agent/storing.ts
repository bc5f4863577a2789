import { toErrorInfo } from '../base/errors.ts';
import { SNAPSHOT_REPLY_CHARS } from '../base/limits.ts';
import { toText } from '../base/template.ts';
import type { AgentStatus, JournalRecord, MemoryBatch, MemorySnapshot } from '../protocol.ts';
import type { AgentContext, AgentEvent, AgentWork } from './context.ts';
import type { AgentEnvironment } from './environment.ts';
import { isFinished } from './observe.ts';

/**
 * Hands over what the turn has left behind since the last time.
 *
 * @returns Resolves when it is on disk; in `async` nobody waits for that, and a failure goes to the run.
 */
export function handOver(env: AgentEnvironment, context: AgentContext, snapshot?: MemorySnapshot): Promise<void> {
  const { work, spec } = context;
  const { journal } = work;
  work.journal = [];
  const written = env.store.append(env.run, spec.id, toBatch(journal, work, snapshot));
  written.catch(env.storeFailed);
  return written;
}

/** The transcript goes with the snapshot: messages of a turn that is cut short would stand there twice after a resume. */
function toBatch(
  journal: readonly JournalRecord[],
  work: AgentWork,
  snapshot: MemorySnapshot | undefined,
): MemoryBatch {
  if (snapshot === undefined) return { journal, transcript: [] };
  const transcript = work.transcript.slice(work.handedOver);
  work.handedOver = work.transcript.length;
  return { journal, transcript, snapshot };
}

/** Stores the turn, and sends `stored` when the agent may go on, unless it may at once. */
export function storeTurn(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void): void {
  const { work, spec, turn } = context;
  for (const result of context.results) {
    if (result === undefined) continue;
    const { callId, name, isError } = result;
    work.transcript.push({ role: 'tool', callId, name, isError, content: toText(result.content) });
  }
  if (context.answered) work.wallTimer?.cancel();
  work.inFlight = [];
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

function toMemorySnapshot(env: AgentEnvironment, context: AgentContext, status: AgentStatus): MemorySnapshot {
  const { spec, turn, step, taken, answered, reply, error } = context;
  const at = env.clock.elapsed();
  const snapshot: MemorySnapshot = { agent: spec.id, status, turn, step, taken, answered, at };
  // Not by spreading conditionally: that costs microseconds, and this is done each turn.
  if (error !== undefined) return { ...snapshot, error };
  if (reply !== undefined) return { ...snapshot, reply: reply.slice(0, SNAPSHOT_REPLY_CHARS) };
  return snapshot;
}

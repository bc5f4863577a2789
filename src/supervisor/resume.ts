import type { ResumedAgent } from '../agent/context.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { AgentSpec, EndedStatus, JournalRecord, MemorySnapshot, Observation, ToolResult } from '../protocol.ts';

/** Who is left of a run that was stopped, and where each of them goes on. */
export interface Remaining {
  readonly specs: readonly AgentSpec[];
  readonly resumed: ReadonlyMap<string, ResumedAgent>;
  /** Those who had ended before, and how. */
  readonly ended: ReadonlyMap<string, EndedStatus>;
  /** Milliseconds of the run's time at which the last of its turns was stored; 0 for a new run. */
  readonly storedAt: number;
}

/**
 * Reads where a run's agents were. The last stored turn is the place; a turn that was not stored is done again.
 *
 * @throws {TroupeError} `STORE_FAILED` if a record is damaged.
 */
export async function findRemaining(store: MemoryStore, run: string, all: readonly AgentSpec[]): Promise<Remaining> {
  const snapshots = new Map((await store.snapshots(run)).map((snapshot) => [snapshot.agent, snapshot]));
  const resumed = new Map<string, ResumedAgent>();
  const ended = new Map<string, EndedStatus>();
  let storedAt = 0;
  const specs: AgentSpec[] = [];
  for (const spec of all) {
    const snapshot = snapshots.get(spec.id);
    const status = snapshot?.status;
    storedAt = Math.max(storedAt, snapshot?.at ?? 0);
    if (status === 'done' || status === 'failed' || status === 'stopped') ended.set(spec.id, status);
    else specs.push(spec);
    if (snapshot?.status === 'running') resumed.set(spec.id, await toResumed(store, run, snapshot));
  }
  return { specs, resumed, ended, storedAt };
}

async function toResumed(store: MemoryStore, run: string, snapshot: MemorySnapshot): Promise<ResumedAgent> {
  const { agent, turn, step, taken } = snapshot;
  const transcript = await store.transcript(run, agent);
  const question = transcript.findLast((message) => message.role === 'user')?.content ?? '';
  if (snapshot.answered) return { turn, step, taken, transcript, question };
  const results = resultsOf(await store.journal(run, agent), turn);
  const observation: Observation = {
    kind: 'results',
    text: transcript
      .slice(-results.length)
      .map((message) => message.content)
      .join('\n'),
    results,
  };
  return { turn, step, taken, transcript, question, observation };
}

/** A turn's results in the order in which the model wrote the calls; the journal has them as they came in. */
function resultsOf(journal: readonly JournalRecord[], turn: number): ToolResult[] {
  const order = new Map<string, number>();
  const results: ToolResult[] = [];
  for (const record of journal) {
    if (record.turn !== turn) continue;
    if (record.type === 'model.done')
      for (const [i, call] of record.decision.toolCalls.entries()) order.set(call.id, i);
    if (record.type === 'tool.done' || record.type === 'tool.failed') results.push(record.result);
  }
  return results.sort((a, b) => (order.get(a.callId) ?? 0) - (order.get(b.callId) ?? 0));
}

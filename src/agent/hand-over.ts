import type { JournalRecord, MemoryBatch, MemorySnapshot } from '../protocol.ts';
import type { AgentContext, AgentWork } from './context.ts';
import type { AgentEnvironment } from './environment.ts';

/**
 * Hands over what the turn has left behind since the last time.
 *
 * @param options.awaited Somebody goes on only when it is on disk. Default: with `durability: sync`.
 * @returns Resolves when it is on disk; in `async` nobody waits for that, and a failure goes to the run.
 */
export function handOver(
  env: AgentEnvironment,
  context: AgentContext,
  snapshot?: MemorySnapshot,
  options?: { readonly awaited?: boolean },
): Promise<void> {
  const { work, spec } = context;
  const { journal } = work;
  work.journal = [];
  // In place: one that is busy may get a thousand messages, each of which is handed over.
  if (snapshot === undefined) for (const record of journal) work.since.push(record);
  const written = env.store.append(env.run, spec.id, toBatch(journal, work, snapshot), options);
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

import type { ChatMessage, JournalRecord, MemoryBatch, MemorySnapshot, RunRecord } from '../protocol.ts';

/** Where runs are remembered. Every implementation passes the same conformance suite. */
export interface MemoryStore {
  /** Adds the run or replaces its record. Resolves when it is on disk. */
  putRun(run: RunRecord): Promise<void>;
  /** Newest first. */
  runs(): Promise<RunRecord[]>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Removes a run with everything its agents left. */
  deleteRun(id: string): Promise<void>;

  /**
   * Takes over what one turn leaves behind: appended to the agent's journal and transcript, its snapshot replaced, all
   * of it or nothing. Batches of one agent are written in the order in which they were handed over.
   *
   * Contract: returns at once, and the caller may drop the promise without handling it.
   *
   * @returns Resolves when the batch is on disk. @throws Rejects with `STORE_FAILED` if it could not be written.
   */
  append(run: string, agent: string, batch: MemoryBatch): Promise<void>;
  /** Undefined while there is room; otherwise a promise that resolves when there is again. */
  room(): Promise<void> | undefined;
  /** Resolves when everything handed over so far is on disk. @throws Rejects with `STORE_FAILED`. */
  flush(): Promise<void>;

  journal(run: string, agent: string): Promise<JournalRecord[]>;
  transcript(run: string, agent: string): Promise<ChatMessage[]>;
  snapshot(run: string, agent: string): Promise<MemorySnapshot | undefined>;
  /** Of every agent of the run, by agent id in natural order (`a/2` before `a/10`). */
  snapshots(run: string): Promise<MemorySnapshot[]>;

  /** Batches and bytes on disk since the store was opened. */
  stats(): { readonly writes: number; readonly bytes: number };
  /** Flushes and closes. Idempotent. */
  close(): Promise<void>;
}

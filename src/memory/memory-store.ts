import type {
  ChatMessage,
  JournalRecord,
  MemoryBatch,
  MemorySnapshot,
  Note,
  RunRecord,
  RunWideFact,
} from '../protocol.ts';

/** The disk cannot be written, or can be again. */
export type StoreChange = Extract<RunWideFact, { type: 'store.degraded' | 'store.recovered' }>;

/** All that one agent has left behind, in order. */
export interface AgentHistory {
  readonly journal: readonly JournalRecord[];
  readonly transcript: readonly ChatMessage[];
}

/** Where runs are remembered. Every implementation passes the same conformance suite. */
export interface MemoryStore {
  /** Adds the run or replaces its record. Resolves when it is on disk. */
  putRun(run: RunRecord): Promise<void>;
  /** Newest first. */
  runs(): Promise<RunRecord[]>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Removes a run with everything its agents left. */
  deleteRun(id: string): Promise<void>;
  /** What a run takes on disk, in bytes; 0 for one that is not there. */
  bytes(id: string): Promise<number>;

  /**
   * Takes over what one turn leaves behind: appended to the agent's journal and transcript, its snapshot replaced, all
   * of it or nothing. Batches of one agent are written in the order in which they were handed over.
   *
   * Contract: returns at once, and the caller may drop the promise without handling it.
   *
   * @param options.awaited Somebody goes on only when it is on disk, so that a rehearsal's time must not run ahead of it.
   * Default: with `durability: sync`.
   * @returns Resolves when the batch is on disk. @throws Rejects with `STORE_FAILED` if it could not be written.
   */
  append(run: string, agent: string, batch: MemoryBatch, options?: { readonly awaited?: boolean }): Promise<void>;
  /** Undefined while there is room; otherwise a promise that resolves when there is again. */
  room(): Promise<void> | undefined;
  /**
   * From here on a write that fails is kept and tried again, until it succeeds; before, and after the end of that, the
   * first failure is final.
   *
   * @param tell Called when trouble begins, and when everything handed over is on disk again.
   * @returns Ends it: one more try, and then everything that cannot be written rejects with `STORE_FAILED`.
   */
  endure(tell: (change: StoreChange) => void): () => void;
  /** Undefined while there is no trouble; otherwise a promise that resolves when there is none, or nobody endures it. */
  ready(): Promise<void> | undefined;
  /** Real milliseconds of trouble since it was opened, with what there is now. */
  downMs(): number;
  /** Resolves when everything handed over so far is on disk. @throws Rejects with `STORE_FAILED`. */
  flush(): Promise<void>;

  journal(run: string, agent: string): Promise<JournalRecord[]>;
  transcript(run: string, agent: string): Promise<ChatMessage[]>;
  /** Both at once, for the price of one. */
  history(run: string, agent: string): Promise<AgentHistory>;
  snapshot(run: string, agent: string): Promise<MemorySnapshot | undefined>;
  /** Of every agent of the run, by agent id in natural order (`a/2` before `a/10`). */
  snapshots(run: string): Promise<MemorySnapshot[]>;

  /**
   * Keeps a note; one of the same key and owner is replaced. Goes with the run when that is deleted.
   *
   * @param owner An agent, or the empty string for all of them.
   * @returns Resolves when it is on disk. @throws Rejects with `STORE_FAILED` if it could not be written.
   */
  putNote(run: string, owner: string, note: Note): Promise<void>;
  /** An owner's notes, oldest first; those of the same moment by key. */
  notes(run: string, owner: string): Promise<Note[]>;

  /**
   * The same for whoever must not wait on the run's clock: a tool that works outside of it, for which the clock waits.
   * Absent: this store does not wait on it either.
   */
  readonly outside?: Pick<MemoryStore, 'putNote' | 'notes'>;

  /** Batches and notes on disk since the store was opened, and their bytes. */
  stats(): { readonly writes: number; readonly bytes: number };
  /** Flushes and closes. Idempotent. */
  close(): Promise<void>;
}

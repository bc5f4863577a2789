import type {
  ChatMessage,
  JournalRecord,
  MemoryBatch,
  MemorySnapshot,
  Message,
  Note,
  RunRecord,
  RunWideFact,
} from '../protocol.ts';

/** The disk cannot be written, or can be again. */
export type StoreChange = Extract<RunWideFact, { type: 'store.degraded' | 'store.recovered' }>;

/** All that one agent has left behind, in order, as far as it has not been trimmed. */
export interface AgentHistory {
  readonly journal: readonly JournalRecord[];
  readonly transcript: readonly ChatMessage[];
  /** Messages that the transcript had before its first one. Absent: none. */
  readonly trimmed?: number;
}

/** A part of what an agent has received: of all messages ever, those trimmed too. */
export interface ReceivedRange {
  readonly skip: number;
  readonly limit: number;
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
   * Messages of an agent's `received` records, oldest first. Those before `skip` that were trimmed count too, and of those
   * behind it that were trimmed nothing comes: a number of messages means the same before and after a trim.
   */
  received(run: string, agent: string, range: ReceivedRange): Promise<readonly Message[]>;

  /**
   * Takes away what an agent has left of all turns but the last `turns`, by its records' numbers; batches as a whole, so
   * that a little more may stay. What stays always: the snapshot, the whole of the observation stored last, and messages
   * received and not known to be observed or dropped. The transcript that stays begins at a user's message. Of an agent
   * that has not stored a turn yet everything stays.
   *
   * Contract: reads of the agent that come after see it done. Cut short it has taken away less, between two turns. The
   * caller may drop the promise without handling it.
   *
   * @param options.turns Whole number, 0 or more.
   * @returns Resolves when it is done on disk. @throws Rejects with `STORE_FAILED` if it could not be done, and for another
   * number.
   */
  trim(run: string, agent: string, options: { readonly turns: number }): Promise<void>;

  /**
   * Keeps a note; one of the same key and owner is replaced. Goes with the run when that is deleted.
   *
   * @param owner An agent, or the empty string for all of them.
   * @returns Resolves when it is on disk. @throws Rejects with `STORE_FAILED` if it could not be written.
   */
  putNote(run: string, owner: string, note: Note): Promise<void>;
  /**
   * Removes a note, in the order of the calls with `putNote` of the same key; one that is not there is fine.
   *
   * @returns Resolves when it is gone on disk. @throws Rejects with `STORE_FAILED` if it could not be removed.
   */
  deleteNote(run: string, owner: string, key: string): Promise<void>;
  /** An owner's notes, oldest first; those of the same moment by key. */
  notes(run: string, owner: string): Promise<Note[]>;

  /**
   * The same for whoever must not wait on the run's clock: a tool that works outside of it, for which the clock waits.
   * Absent: this store does not wait on it either.
   */
  readonly outside?: Pick<MemoryStore, 'putNote' | 'deleteNote' | 'notes'>;

  /** Batches and notes on disk since the store was opened, and their bytes. */
  stats(): { readonly writes: number; readonly bytes: number };
  /** Flushes and closes. Idempotent. */
  close(): Promise<void>;
}

import { join } from 'node:path';
import { type Clock, createRealClock, type Timer } from '../../base/clock.ts';
import { TroupeError } from '../../base/errors.ts';
import { STORE_SILENCE_MS } from '../../base/limits.ts';
import type { ChatMessage, JournalRecord, MemoryBatch, MemorySnapshot, RunRecord } from '../../protocol.ts';
import type { MemoryStore } from '../memory-store.ts';
import { type Blobs, createBlobs } from './blobs.ts';
import { assertNames } from './names.ts';
import { Reader, type Table } from './reader.ts';
import { describeSpace, toReason } from './reason.ts';
import { encodeRecord } from './record.ts';
import { Sequences } from './sequences.ts';
import { type Write, WriteQueue } from './write-queue.ts';

/** Larger batches become files: LMDB needs that many pages in one piece, and never gives them back. */
const INLINE_MAX_BYTES = 1024 * 1024;
/** No run has this name. */
const NOBODY = ' ';

/** A `MemoryStore` in a directory. */
export interface LmdbStore extends MemoryStore {
  /** Bytes handed over since it was opened: unlike `stats`, independent of how fast the disk is. */
  handedOverBytes(): number;
}

/** What is used of an LMDB environment. */
export interface Environment {
  /** Called when LMDB is about to close what it was given in one turn of the event loop into a transaction. */
  on(event: 'beforecommit', listener: () => void): void;
  /** Resolves when what was given so far can be read. */
  readonly committed: Promise<boolean>;
  /** Resolves when what was given so far is on disk. */
  readonly flushed: Promise<boolean>;
  /** Reading sees what has been committed by now; otherwise it sees what was there earlier in this turn of the event loop. */
  resetReadTxn(): void;
  close(): Promise<void>;
}

/** What is used of an LMDB database; writes of one turn share one promise. */
export interface WritableTable extends Table {
  put(key: Write['key'], value: Buffer): Promise<boolean>;
  remove(key: Write['key']): Promise<boolean>;
}

export type Tables = Readonly<Record<Write['table'], WritableTable>>;

/** The store over an environment that is open. */
export class DirectoryStore implements LmdbStore {
  readonly #directory: string;
  readonly #root: Environment;
  readonly #tables: Tables;
  readonly #unlock: () => void;
  readonly #blobs: Blobs;
  readonly #reader: Reader;
  readonly #sequences: Sequences;
  readonly #queue: WriteQueue;
  readonly #clock: Pick<Clock, 'setTimer' | 'stop'>;
  /** Runs while writes are under way of which nothing is heard. */
  #silence: Timer | undefined;
  #lastCommit: Promise<boolean> | undefined;
  #closing: Promise<void> | undefined;

  /** @param clock Real time, and not the run's: it tells how long LMDB has been silent. */
  constructor(
    directory: string,
    root: Environment,
    tables: Tables,
    unlock: () => void,
    clock: Pick<Clock, 'setTimer' | 'stop'> = createRealClock(),
  ) {
    this.#clock = clock;
    this.#directory = directory;
    this.#root = root;
    this.#tables = tables;
    this.#unlock = unlock;
    this.#blobs = createBlobs(join(directory, 'blobs'));
    this.#reader = new Reader(tables.runs, tables.batches, this.#blobs);
    this.#sequences = new Sequences(this.#reader);
    this.#queue = new WriteQueue(this.#send);
    root.on('beforecommit', this.#turnEnds);
  }

  async putRun(run: RunRecord): Promise<void> {
    this.#assertOpen();
    assertNames(run.id);
    await this.#queue.add({ table: 'runs', key: run.id, value: encodeRecord(run), outsideBytes: 0 });
  }

  runs(): Promise<RunRecord[]> {
    return this.#read(() => this.#reader.runs());
  }

  run(id: string): Promise<RunRecord | undefined> {
    return this.#read(() => this.#reader.run(id), id);
  }

  /** The run's own record goes last: if this is cut short, the run is still listed and can be deleted again. */
  async deleteRun(id: string): Promise<void> {
    const keys = await this.#read(() => this.#reader.keys(id), id);
    for (const key of keys) {
      void this.#queue.add({ table: 'batches', key, value: undefined, outsideBytes: 0 });
    }
    await this.#queue.flush();
    await this.#blobs.remove(id).catch((error) => Promise.reject(this.#toWriteError(error)));
    await this.#queue.add({ table: 'runs', key: id, value: undefined, outsideBytes: 0 });
    this.#sequences.forget(id);
  }

  append(run: string, agent: string, batch: MemoryBatch): Promise<void> {
    try {
      this.#assertOpen();
      const record = encodeRecord(batch);
      const sequence = this.#sequences.take(run, agent);
      if (record.length > INLINE_MAX_BYTES) return this.#appendFile([run, agent, sequence], record, batch.snapshot);
      return this.#queue.add({ table: 'batches', key: [run, agent, sequence], value: record, outsideBytes: 0 });
    } catch (error) {
      const refused = Promise.reject(error instanceof TroupeError ? error : this.#toWriteError(error));
      refused.catch(() => {});
      return refused;
    }
  }

  room(): Promise<void> | undefined {
    return this.#queue.room();
  }

  async flush(): Promise<void> {
    this.#assertOpen();
    await this.#queue.flush();
  }

  async journal(run: string, agent: string): Promise<JournalRecord[]> {
    const batches = await this.#read(() => this.#reader.batches(run, agent), run, agent);
    return batches.flatMap(({ journal }) => journal);
  }

  async transcript(run: string, agent: string): Promise<ChatMessage[]> {
    const batches = await this.#read(() => this.#reader.batches(run, agent), run, agent);
    return batches.flatMap(({ transcript }) => transcript);
  }

  snapshot(run: string, agent: string): Promise<MemorySnapshot | undefined> {
    return this.#read(() => this.#reader.snapshot(run, agent), run, agent);
  }

  snapshots(run: string): Promise<MemorySnapshot[]> {
    return this.#read(() => this.#reader.snapshots(run), run);
  }

  stats(): { readonly writes: number; readonly bytes: number } {
    return this.#queue.stats();
  }

  handedOverBytes(): number {
    return this.#queue.handedOverBytes;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#queue.flush();
      await this.#root.close();
    } finally {
      this.#silence?.cancel();
      this.#clock.stop();
      // After a failed write LMDB's own close would wait for ever; it frees its files when the process ends.
      this.#unlock();
    }
  }

  #appendFile(key: [string, string, number], record: Buffer, snapshot: MemorySnapshot | undefined): Promise<void> {
    const { name, written } = this.#blobs.write(key[0], record);
    // The snapshot stays in the database, where resuming a run reads those of all agents.
    const value = encodeRecord(snapshot === undefined ? { blob: name } : { blob: name, snapshot });
    const ready = written.catch((error) => Promise.reject(this.#toWriteError(error)));
    return this.#queue.add({ table: 'batches', key, value, outsideBytes: record.length }, ready);
  }

  async #read<T>(work: () => T | Promise<T>, run = '', agent = ''): Promise<T> {
    this.#assertOpen();
    assertNames(run, agent);
    await this.#queue.settled();
    try {
      this.#root.resetReadTxn();
      this.#probe();
      return await work();
    } catch (error) {
      if (error instanceof TroupeError) throw error;
      const message = `Cannot read from "${this.#directory}": ${toReason(error)}`;
      throw new TroupeError('STORE_FAILED', message, { cause: error });
    }
  }

  readonly #send = ({ table, key, value }: Write): void => {
    try {
      const commit = value === undefined ? this.#tables[table].remove(key) : this.#tables[table].put(key, value);
      // All writes of one turn share one promise.
      if (commit === this.#lastCommit) return;
      this.#lastCommit = commit;
      commit.catch(this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  };

  /** LMDB puts what it was given in one turn of the event loop into one transaction, and says so just before. */
  readonly #turnEnds = (): void => {
    const turn = this.#queue.takeTurn();
    this.#listen();
    queueMicrotask(() => {
      // Closing the turn may have made another promise, which only `committed` gives; nobody else would handle it.
      this.#root.committed.then(() => {}, this.#failed);
      this.#root.flushed.then(() => this.#acknowledge(turn)).catch(this.#failed);
    });
  };

  #acknowledge(turn: ReturnType<WriteQueue['takeTurn']>): void {
    this.#probe();
    this.#queue.acknowledge(turn);
    this.#silence?.cancel();
    this.#silence = undefined;
    this.#listen();
  }

  /** A transaction that changes nothing is reported too, and acknowledges those before it that were not. */
  #listen(): void {
    if (this.#silence !== undefined || !this.#queue.isWaiting) return;
    this.#silence = this.#clock.setTimer(STORE_SILENCE_MS, () => {
      this.#silence = undefined;
      this.#send({ table: 'runs', key: NOBODY, value: undefined, outsideBytes: 0 });
      this.#listen();
    });
  }

  /**
   * When the last step of a commit fails, LMDB stops: it reports that commit as flushed, never answers the next one, and
   * its ranges are empty. Only `get` tells.
   */
  #probe(): void {
    this.#tables.runs.get('');
  }

  /** LMDB rejects twice: once for the write, and by a promise in `commitError` that holds the reason. */
  readonly #failed = (error: unknown): void => {
    const reason = (error as { commitError?: Promise<unknown> }).commitError ?? Promise.reject(error);
    reason.catch((cause) => this.#queue.fail(this.#toWriteError(cause)));
  };

  #toWriteError(cause: unknown): TroupeError {
    const message = `Cannot write to "${this.#directory}": ${toReason(cause)}${describeSpace(this.#directory)}`;
    return new TroupeError('STORE_FAILED', message, { cause });
  }

  #assertOpen(): void {
    if (this.#closing === undefined) return;
    throw new TroupeError('STORE_FAILED', `Cannot use the memory store "${this.#directory}": it is closed`);
  }
}

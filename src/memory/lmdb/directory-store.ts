import { join } from 'node:path';
import { type Clock, createRealClock } from '../../base/clock.ts';
import { TroupeError } from '../../base/errors.ts';
import type { ChatMessage, JournalRecord, MemoryBatch, MemorySnapshot, Note, RunRecord } from '../../protocol.ts';
import type { AgentHistory, MemoryStore, StoreChange } from '../memory-store.ts';
import { BatchAppender } from './batch-appender.ts';
import { type Blobs, createBlobs } from './blobs.ts';
import type { Damage } from './damage.ts';
import type { Opened, Tables } from './environment.ts';
import { assertNames } from './names.ts';
import { NoteReader, toNoteKey } from './note-reader.ts';
import { Reader, type Table } from './reader.ts';
import { toReason } from './reason.ts';
import { encodeRecord } from './record.ts';
import { unwrittenBatches } from './unwritten-batches.ts';
import { Writer, type WriterOptions } from './writer.ts';

/** A `MemoryStore` in a directory. */
export interface LmdbStore extends MemoryStore {
  /** Bytes handed over since it was opened: unlike `stats`, independent of how fast the disk is. */
  handedOverBytes(): number;
}

export interface DirectoryStoreOptions {
  readonly directory: string;
  readonly opened: Opened;
  /** Opens the database again, after it was closed. @throws {Error} With the state as its message. */
  readonly reopen: () => Promise<Opened>;
  /** Gives the directory free. */
  readonly unlock: () => void;
  /** Real time, and not the run's. */
  readonly clock?: Pick<Clock, 'setTimer' | 'elapsed' | 'stop'>;
  /** Checks that the disk can be written. Default: by a file in the directory. */
  readonly probe?: NonNullable<WriterOptions['probe']>;
  /** Looks whether LMDB can be given a transaction. Default: at the data file in the directory. */
  readonly guard?: NonNullable<WriterOptions['guard']>;
  /** Reading tells what is damaged and leaves it out. Default: it rejects. */
  readonly onDamage?: (damage: Damage) => void;
}

/** The store over an environment that is open. */
export class DirectoryStore implements LmdbStore {
  readonly #directory: string;
  readonly #unlock: () => void;
  readonly #clock: Pick<Clock, 'stop'>;
  readonly #blobs: Blobs;
  readonly #reader: Reader;
  readonly #notes: NoteReader;
  readonly #appender: BatchAppender;
  readonly #writer: Writer;
  #closing: Promise<void> | undefined;

  constructor({ unlock, clock = createRealClock(), ...options }: DirectoryStoreOptions) {
    this.#directory = options.directory;
    this.#unlock = unlock;
    this.#clock = clock;
    this.#writer = new Writer({ ...options, clock });
    this.#blobs = createBlobs(join(options.directory, 'blobs'));
    this.#reader = new Reader(this.#table('runs'), this.#table('batches'), this.#blobs, options.onDamage);
    this.#notes = new NoteReader(this.#table('notes'), options.onDamage);
    this.#appender = new BatchAppender(this.#writer, this.#blobs, {
      isEmpty: (run) => this.#surely(() => this.#reader.isEmpty(run)),
      nextSequence: (run, agent) => this.#surely(() => this.#reader.nextSequence(run, agent)),
    });
  }

  async putRun(run: RunRecord): Promise<void> {
    this.#assertOpen();
    assertNames(run.id);
    await this.#writer.queue.add({ table: 'runs', key: run.id, value: encodeRecord(run), outsideBytes: 0 });
  }

  runs(): Promise<RunRecord[]> {
    return this.#read(() => this.#reader.runs());
  }

  run(id: string): Promise<RunRecord | undefined> {
    return this.#read(() => this.#reader.run(id), id);
  }

  /** The run's own record goes last: if this is cut short, the run is still listed and can be deleted again. */
  async deleteRun(id: string): Promise<void> {
    const { batches, notes } = await this.#read(
      () => ({ batches: this.#reader.keys(id), notes: this.#notes.keys(id) }),
      id,
    );
    const { queue } = this.#writer;
    for (const key of batches) void queue.add({ table: 'batches', key, value: undefined, outsideBytes: 0 });
    for (const key of notes) void queue.add({ table: 'notes', key, value: undefined, outsideBytes: 0 });
    await this.#writer.flush();
    await this.#blobs.remove(id).catch((error) => Promise.reject(this.#writer.toWriteError(error)));
    await queue.add({ table: 'runs', key: id, value: undefined, outsideBytes: 0 });
    this.#appender.forget(id);
  }

  bytes(id: string): Promise<number> {
    return this.#read(async () => this.#notes.bytes(id) + (await this.#reader.bytes(id)), id);
  }

  append(run: string, agent: string, batch: MemoryBatch): Promise<void> {
    try {
      this.#assertOpen();
      return this.#appender.append(run, agent, batch);
    } catch (error) {
      const refused = Promise.reject(this.#writer.toWriteError(error));
      refused.catch(() => {});
      return refused;
    }
  }

  room(): Promise<void> | undefined {
    return this.#writer.queue.room();
  }

  ready(): Promise<void> | undefined {
    return this.#writer.ready();
  }

  downMs(): number {
    return this.#writer.downMs();
  }

  endure(tell: (change: StoreChange) => void): () => void {
    return this.#writer.endure(tell);
  }

  async flush(): Promise<void> {
    this.#assertOpen();
    await this.#writer.flush();
  }

  async journal(run: string, agent: string): Promise<JournalRecord[]> {
    const batches = await this.#batches(run, agent);
    return batches.flatMap(({ journal }) => journal);
  }

  async history(run: string, agent: string): Promise<AgentHistory> {
    const batches = await this.#batches(run, agent);
    return {
      journal: batches.flatMap(({ journal }) => journal),
      transcript: batches.flatMap(({ transcript }) => transcript),
    };
  }

  async transcript(run: string, agent: string): Promise<ChatMessage[]> {
    const batches = await this.#batches(run, agent);
    return batches.flatMap(({ transcript }) => transcript);
  }

  snapshot(run: string, agent: string): Promise<MemorySnapshot | undefined> {
    return this.#read(() => this.#reader.snapshot(run, agent), run, agent);
  }

  snapshots(run: string): Promise<MemorySnapshot[]> {
    const work = (): Promise<MemorySnapshot[]> => {
      this.#notes.survey(run);
      return this.#reader.snapshots(run);
    };
    return this.#read(work, run);
  }

  async putNote(run: string, owner: string, note: Note): Promise<void> {
    this.#assertOpen();
    assertNames(run, owner);
    const key = toNoteKey(run, owner, note.key);
    await this.#writer.queue.add({ table: 'notes', key, value: encodeRecord(note), outsideBytes: 0 });
  }

  notes(run: string, owner: string): Promise<Note[]> {
    return this.#read(() => this.#notes.notes(run, owner), run, owner);
  }

  stats(): { readonly writes: number; readonly bytes: number } {
    return this.#writer.queue.stats();
  }

  handedOverBytes(): number {
    return this.#writer.queue.handedOverBytes;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#writer.close();
    } finally {
      this.#clock.stop();
      // After a failed write LMDB is left open; it frees its files when the process ends.
      this.#unlock();
    }
  }

  /** The tables of the environment that is open now. */
  #table(name: keyof Tables): Table {
    return {
      get: (key) => this.#writer.opened.tables[name].get(key),
      getRange: (options) => this.#writer.opened.tables[name].getRange(options),
    };
  }

  /** Nothing found in a database that has stopped, before or meanwhile, means nothing. */
  #surely<T>(find: () => T): T {
    this.#writer.probe();
    const found = find();
    this.#writer.probe();
    return found;
  }

  /** In trouble nobody knows when everything will be on disk: what is not is added from memory. */
  #batches(run: string, agent: string): Promise<MemoryBatch[]> {
    const work = async (): Promise<MemoryBatch[]> => {
      const { queue } = this.#writer;
      const next = this.#writer.ready() === undefined ? undefined : this.#reader.nextSequence(run, agent);
      const rest = next === undefined ? [] : unwrittenBatches(queue.unwritten(), run, agent, next);
      return [...(await this.#reader.batches(run, agent)), ...rest];
    };
    return this.#read(work, run, agent, () => this.#writer.settledOrInTrouble());
  }

  async #read<T>(
    work: () => T | Promise<T>,
    run = '',
    agent = '',
    settled = (): Promise<void> => this.#writer.settled(),
  ): Promise<T> {
    this.#assertOpen();
    assertNames(run, agent);
    await settled();
    try {
      this.#writer.opened.root.resetReadTxn();
      this.#writer.probe();
      return await work();
    } catch (error) {
      if (error instanceof TroupeError) throw error;
      const message = `Cannot read from "${this.#directory}": ${toReason(error)}`;
      throw new TroupeError('STORE_FAILED', message, { cause: error });
    }
  }

  #assertOpen(): void {
    if (this.#closing === undefined) return;
    throw new TroupeError('STORE_FAILED', `Cannot use the memory store "${this.#directory}": it is closed`);
  }
}

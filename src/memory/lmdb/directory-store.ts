import { join } from 'node:path';
import { type Clock, createRealClock } from '../../base/clock.ts';
import { TroupeError } from '../../base/errors.ts';
import type {
  ChatMessage,
  JournalRecord,
  MemoryBatch,
  MemorySnapshot,
  Message,
  Note,
  RunRecord,
} from '../../protocol.ts';
import type { AgentHistory, MemoryStore, ReceivedRange, StoreChange } from '../memory-store.ts';
import { assertTurns } from '../trim-scan.ts';
import { AgentStore } from './agent-store.ts';
import { BatchAppender } from './batch-appender.ts';
import { type Blobs, createBlobs } from './blobs.ts';
import type { Damage } from './damage.ts';
import type { Opened, Tables } from './environment.ts';
import { assertNames } from './names.ts';
import { NoteReader, toNoteKey } from './note-reader.ts';
import { Reader } from './reader.ts';
import { toReason } from './reason.ts';
import { encodeRecord } from './record.ts';
import { Slices } from './slices.ts';
import type { Table } from './table.ts';
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
  readonly clock?: Pick<Clock, 'setTimer' | 'elapsed' | 'stop' | 'defer'>;
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
  readonly #agents: AgentStore;
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
    this.#agents = new AgentStore({
      writer: this.#writer,
      reader: this.#reader,
      blobs: this.#blobs,
      appender: this.#appender,
      slices: new Slices(clock, (work) => {
        this.#writer.opened.root.resetReadTxn();
        return this.#surely(work);
      }),
      read: (work, settled) => this.#read(work, '', '', settled),
    });
  }

  async putRun(run: RunRecord): Promise<void> {
    this.#assertOpen(run.id);
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
    await this.#agents.settled();
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
    await this.#agents.settled();
    await this.#writer.flush();
  }

  async journal(run: string, agent: string): Promise<JournalRecord[]> {
    return (await this.#history(run, agent)).batches.flatMap(({ journal }) => journal);
  }

  async history(run: string, agent: string): Promise<AgentHistory> {
    const { batches, trimmed } = await this.#history(run, agent);
    return {
      journal: batches.flatMap(({ journal }) => journal),
      transcript: batches.flatMap(({ transcript }) => transcript),
      ...(trimmed > 0 && { trimmed }),
    };
  }

  async transcript(run: string, agent: string): Promise<ChatMessage[]> {
    return (await this.#history(run, agent)).batches.flatMap(({ transcript }) => transcript);
  }

  async received(run: string, agent: string, range: ReceivedRange): Promise<Message[]> {
    this.#assertOpen(run, agent);
    return this.#agents.received(run, agent, range);
  }

  trim(run: string, agent: string, { turns }: { readonly turns: number }): Promise<void> {
    const trimmed = this.#trim(run, agent, turns);
    trimmed.catch(() => {});
    return trimmed;
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
    this.#assertOpen(run, owner);
    const key = toNoteKey(run, owner, note.key);
    await this.#writer.queue.add({ table: 'notes', key, value: encodeRecord(note), outsideBytes: 0 });
  }

  async deleteNote(run: string, owner: string, key: string): Promise<void> {
    this.#assertOpen(run, owner);
    const stored = toNoteKey(run, owner, key);
    await this.#writer.queue.add({ table: 'notes', key: stored, value: undefined, outsideBytes: 0 });
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
      await this.#agents.settled();
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

  async #history(run: string, agent: string): ReturnType<AgentStore['history']> {
    this.#assertOpen(run, agent);
    return this.#agents.history(run, agent);
  }

  async #trim(run: string, agent: string, turns: number): Promise<void> {
    this.#assertOpen(run, agent);
    assertTurns(agent, turns);
    await this.#agents.trim(run, agent, turns);
  }

  async #read<T>(
    work: () => T | Promise<T>,
    run = '',
    agent = '',
    settled = (): Promise<void> => this.#writer.settled(),
  ): Promise<T> {
    this.#assertOpen(run, agent);
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

  /** Checks the names with it, if there are some. */
  #assertOpen(run?: string, agent?: string): void {
    if (this.#closing !== undefined) {
      throw new TroupeError('STORE_FAILED', `Cannot use the memory store "${this.#directory}": it is closed`);
    }
    if (run !== undefined) assertNames(run, agent);
  }
}

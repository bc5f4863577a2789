import { TroupeError } from '../../base/errors.ts';
import type { MemoryBatch, MemorySnapshot } from '../../protocol.ts';
import type { Blobs } from './blobs.ts';
import { encodeRecord } from './record.ts';
import { Sequences, type StoredSequences } from './sequences.ts';
import type { Writer } from './writer.ts';

/** Larger batches become files: LMDB needs that many pages in one piece, and never gives them back. */
const INLINE_MAX_BYTES = 1024 * 1024;

/** Hands over agents' batches to be written, numbered, and as files if they are large. */
export class BatchAppender {
  readonly #writer: Writer;
  readonly #blobs: Blobs;
  readonly #sequences: Sequences;

  /** @param stored Must throw if the database has stopped: nothing found there means nothing. */
  constructor(writer: Writer, blobs: Blobs, stored: StoredSequences) {
    this.#writer = writer;
    this.#blobs = blobs;
    this.#sequences = new Sequences(stored);
  }

  /**
   * @returns Resolves when the batch is on disk.
   * @throws {Error} At once, if the batch cannot be encoded or the ids cannot be part of a key.
   */
  append(run: string, agent: string, batch: MemoryBatch): Promise<void> {
    return this.#appendRecord(run, agent, encodeRecord(batch), batch.snapshot);
  }

  /** @returns The number of the agent's next batch. @throws {Error} If the database that would know it has stopped. */
  next(run: string, agent: string): number {
    return this.#sequences.next(run, agent);
  }

  /** The run is gone: its agents begin anew. */
  forget(run: string): void {
    this.#sequences.forget(run);
  }

  #appendRecord(run: string, agent: string, record: Buffer, snapshot: MemorySnapshot | undefined): Promise<void> {
    let sequence: number;
    try {
      sequence = this.#sequences.take(run, agent);
    } catch (error) {
      const { isBroken, queue } = this.#writer;
      if (error instanceof TroupeError || queue.hasFailed || !isBroken) throw error;
      return this.#writer.whenWhole(() => this.#appendRecord(run, agent, record, snapshot));
    }
    if (record.length > INLINE_MAX_BYTES) return this.#appendFile([run, agent, sequence], record, snapshot);
    return this.#writer.queue.add({ table: 'batches', key: [run, agent, sequence], value: record, outsideBytes: 0 });
  }

  #appendFile(key: [string, string, number], record: Buffer, snapshot: MemorySnapshot | undefined): Promise<void> {
    // Of its own: it goes when the batch is trimmed, and another agent may have one of the same content.
    const owner = JSON.stringify(key);
    const { name, written } = this.#blobs.write(key[0], record, owner);
    // The snapshot stays in the database, where resuming a run reads those of all agents.
    const value = encodeRecord(snapshot === undefined ? { blob: name } : { blob: name, snapshot });
    let first: Promise<void> | undefined = written;
    const ready = this.#writer.persist(() => {
      const work = first ?? this.#blobs.write(key[0], record, owner).written;
      first = undefined;
      return work;
    });
    return this.#writer.queue.add({ table: 'batches', key, value, outsideBytes: record.length }, ready);
  }
}

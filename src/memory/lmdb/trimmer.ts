import { STORE_TRIM_BATCHES, STORE_TRIMS } from '../../base/limits.ts';
import { createSemaphore } from '../../base/semaphore.ts';
import { type Cut, TrimScan, toKeepFrom } from '../trim-scan.ts';
import type { AgentRecords, Page, StoredRecord } from './agent-records.ts';
import type { Blobs } from './blobs.ts';
import { encodeRecord } from './record.ts';
import type { Slices } from './slices.ts';
import type { StoredBatch } from './table.ts';
import { isWaiting, NOT_TRIMMED, TRIM_SEQUENCE, type Trimmed, toReceived, toWaiting } from './trim-record.ts';
import type { Write, WriteQueue } from './write-queue.ts';

export interface TrimmerOptions {
  /** Must throw at what is damaged: nothing is removed by what it says. */
  readonly records: AgentRecords;
  readonly queue: Pick<WriteQueue, 'addAll'>;
  readonly blobs: Pick<Blobs, 'removeOwned'>;
  readonly slices: Slices;
}

export interface TrimTask {
  readonly run: string;
  readonly agent: string;
  readonly turns: number;
  /** The first batch that it does not look at. */
  readonly until: number;
}

/** What one step of a trim changes. */
interface Changes {
  readonly writes: Write[];
  /** Files that nothing refers to after that. */
  readonly files: string[];
  waiting: number;
}

/**
 * Trims agents in a directory: in steps of `STORE_TRIM_BATCHES` batches, each of which is one transaction and leaves the
 * agent trimmed, if less. So nothing is in between, and nobody else waits for long.
 *
 * Contract: nothing else changes an agent's batches below `until` meanwhile, or reads files that these refer to.
 */
export class Trimmer {
  readonly #options: TrimmerOptions;
  readonly #places = createSemaphore(STORE_TRIMS);

  constructor(options: TrimmerOptions) {
    this.#options = options;
  }

  async trim(task: TrimTask): Promise<void> {
    await new Promise<void>((enter) => this.#places.acquire(enter));
    try {
      while (await this.#step(task));
    } finally {
      this.#places.release();
    }
  }

  /** @returns Whether there may be more to do. */
  async #step(task: TrimTask): Promise<boolean> {
    const { records, queue, blobs, slices } = this.#options;
    const { run, agent } = task;
    const [trimmed = NOT_TRIMMED, last] = await slices.run(() => [
      records.trimmed(run, agent),
      records.lastStored(run, agent, task.until),
    ]);
    if (last === undefined) return false;
    const keepFrom = toKeepFrom(task.turns, last.lastTurn, last.snapshot);
    const { snapshotAt } = last;
    const scan = new TrimScan({ keepFrom, snapshotAt, received: trimmed.received, max: STORE_TRIM_BATCHES });
    const inFiles = await this.#scan(task, trimmed, scan);
    const cut = scan.cut();
    if (cut === undefined) return false;
    const changes: Changes = { writes: [], files: [], waiting: trimmed.waiting };
    await this.#takeWaiting(task, trimmed, cut, changes);
    this.#takeOld(task, cut, inFiles, changes);
    changes.writes.push(this.#note(task, trimmed, cut, changes.waiting));
    await queue.addAll(changes.writes);
    for (const name of changes.files) await blobs.removeOwned(run, name);
    return cut.old.length >= STORE_TRIM_BATCHES;
  }

  /** @returns Batches in files, by their number. */
  async #scan({ run, agent, until }: TrimTask, trimmed: Trimmed, scan: TrimScan): Promise<Map<number, StoredBatch>> {
    const inFiles = new Map<number, StoredBatch>();
    let goesOn = true;
    for (let from: number | undefined = trimmed.from; goesOn && from !== undefined; ) {
      const page = await this.#page(run, agent, from, until);
      for (const { place, batch } of page.records) {
        if ('blob' in batch) inFiles.set(place.record, batch);
        const whole = await this.#options.records.whole(place, batch);
        goesOn = whole !== undefined && scan.take(place.record, { ...whole, ...snapshotOf(batch) });
        if (!goesOn) break;
      }
      from = page.next;
    }
    if (goesOn) scan.end();
    return inFiles;
  }

  /** Looks for what was observed in the cut among messages that have waited for longer. */
  async #takeWaiting({ run, agent }: TrimTask, trimmed: Trimmed, cut: Cut, changes: Changes): Promise<void> {
    if (trimmed.waiting === 0) return;
    let from: number | undefined = TRIM_SEQUENCE + 1;
    while (cut.taken.isSeeking && from !== undefined) {
      const page = await this.#page(run, agent, from, trimmed.from);
      for (const record of page.records) await this.#takeFrom(record, cut, changes);
      from = page.next;
    }
  }

  async #takeFrom({ place, batch }: StoredRecord, cut: Cut, changes: Changes): Promise<void> {
    if (!isWaiting(batch)) return;
    const whole = await this.#options.records.whole(place, batch);
    const received = toReceived(batch, whole ?? { journal: [] });
    const waiting = received.filter(({ record }) => !cut.taken.has(record.message));
    if (waiting.length === received.length) return;
    const { run, agent, record } = place;
    if (waiting.length > 0) {
      changes.writes.push(toWrite(run, agent, record, encodeRecord(toWaiting(batch, waiting))));
      return;
    }
    changes.waiting--;
    changes.writes.push(toWrite(run, agent, record));
    if ('blob' in batch) changes.files.push(batch.blob);
  }

  #takeOld({ run, agent }: TrimTask, cut: Cut, inFiles: Map<number, StoredBatch>, changes: Changes): void {
    for (const { sequence, waiting } of cut.old) {
      const inFile = inFiles.get(sequence);
      if (waiting.length === 0) {
        changes.writes.push(toWrite(run, agent, sequence));
        if (inFile !== undefined && 'blob' in inFile) changes.files.push(inFile.blob);
        continue;
      }
      changes.waiting++;
      const left = toWaiting(inFile ?? { journal: [], transcript: [] }, waiting);
      changes.writes.push(toWrite(run, agent, sequence, encodeRecord(left)));
    }
  }

  #note({ run, agent }: TrimTask, before: Trimmed, cut: Cut, waiting: number): Write {
    const trimmed: Trimmed = {
      from: (cut.old.at(-1)?.sequence ?? 0) + 1,
      messages: before.messages + cut.messages,
      received: before.received + cut.received,
      waiting,
    };
    return toWrite(run, agent, TRIM_SEQUENCE, encodeRecord({ trimmed }));
  }

  #page(run: string, agent: string, from: number, until: number): Promise<Page> {
    return this.#options.slices.run(() => this.#options.records.page(run, agent, { from, until }));
  }
}

/** One in a file has its snapshot beside the file's name. */
function snapshotOf(batch: object): Pick<StoredBatch, 'snapshot'> {
  return 'snapshot' in batch ? (batch as Pick<StoredBatch, 'snapshot'>) : {};
}

function toWrite(run: string, agent: string, sequence: number, value?: Buffer): Write {
  return { table: 'batches', key: [run, agent, sequence], value, outsideBytes: 0, isUpkeep: true };
}

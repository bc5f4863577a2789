import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { TroupeError } from '../../base/errors.ts';
import type { StoreChange } from '../memory-store.ts';
import { closeEnvironment } from './close-environment.ts';
import { describeLost } from './describe-lost.ts';
import { DiskGuard } from './disk-guard.ts';
import { probeDisk } from './disk-probe.ts';
import type { Opened } from './environment.ts';
import { describeSpace, toReason } from './reason.ts';
import { Trouble } from './trouble.ts';
import { type Write, WriteQueue } from './write-queue.ts';

/** So often the same writes fail although the disk can be written, until the database is opened again. */
const TRIES_BEFORE_REOPENING = 3;

export interface WriterOptions {
  readonly directory: string;
  readonly opened: Opened;
  /** Opens the database again, after it was closed. @throws {Error} With the state as its message. */
  readonly reopen: () => Promise<Opened>;
  /** Real time, and not the run's. */
  readonly clock: Pick<Clock, 'setTimer' | 'elapsed'>;
  /** Checks that the disk can be written. Default: by a file in the directory. */
  readonly probe?: () => Promise<void>;
  /** Looks whether LMDB can be given a transaction. Default: at the data file in the directory. */
  readonly guard?: Pick<DiskGuard, 'check' | 'close'>;
}

/**
 * Brings writes to the disk, in order. When the disk fails, they are kept and tried again if somebody endures it, and
 * lost otherwise.
 */
export class Writer {
  readonly queue: WriteQueue;
  readonly #options: WriterOptions;
  readonly #trouble: Trouble;
  readonly #guard: Pick<DiskGuard, 'check' | 'close'>;
  #opened: Opened;
  /** Set while the database is closed or being closed. */
  #closing: Promise<void> | undefined;
  /** What wants to know something that a broken database cannot tell, in order. */
  #deferred: { readonly run: () => void; readonly lose: (error: TroupeError) => void }[] = [];
  #lastDeferred: Promise<void> | undefined;
  /** Counts what is given to LMDB to be written; what is heard of earlier ones counts no more. */
  #attempt = 0;
  /** The last one that was given. */
  #given = 0;
  /** How often in a row the same writes have failed. */
  #failures = 0;
  #lastCommit: Promise<boolean> | undefined;

  constructor(options: WriterOptions) {
    const { clock, directory, opened, probe = () => probeDisk(directory) } = options;
    this.#options = options;
    this.#opened = opened;
    this.#guard = options.guard ?? new DiskGuard(join(directory, 'data.mdb'));
    this.queue = new WriteQueue(() => void this.#pass());
    this.#trouble = new Trouble(clock, probe, () => this.queue.stats().writes);
    opened.root.on('beforecommit', this.#turnEnds);
  }

  get opened(): Opened {
    return this.#opened;
  }

  /** Milliseconds of trouble so far. */
  downMs = (): number => this.#trouble.downMs;

  /** Undefined while the disk can be written; otherwise it resolves when it can be again, or when nobody waits any more. */
  ready(): Promise<void> | undefined {
    return this.#trouble.ended;
  }

  /** From here on trouble is waited out. @returns Ends that: one more try, and then what cannot be written is lost. */
  endure(tell: (change: StoreChange) => void): () => void {
    return this.#trouble.endure(tell);
  }

  /**
   * When the last step of a commit has failed LMDB stops, and does not say so: its ranges are empty. Only `get` tells.
   *
   * @throws {Error} If it has stopped.
   */
  probe(): void {
    if (this.#closing !== undefined) throw new Error('the database is closed');
    this.#opened.tables.runs.get('');
  }

  get isBroken(): boolean {
    try {
      this.probe();
      return false;
    } catch {
      return true;
    }
  }

  /** Does `work` when the database is whole again, in the order of the calls. @throws `STORE_FAILED` if that never is. */
  whenWhole(work: () => Promise<void>): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#deferred.push({ run: () => work().then(resolve, reject), lose: reject });
    });
    done.catch(() => {});
    this.#lastDeferred = done;
    return done;
  }

  /** Writes what was handed over, and closes the database. @throws The first failure; the database stays open then. */
  async close(): Promise<void> {
    try {
      await this.flush();
      await this.#opened.root.close();
    } finally {
      await this.#guard.close();
    }
  }

  /** Resolves when everything handed over so far is on disk. @throws The first failure. */
  async flush(): Promise<void> {
    await this.#lastDeferred;
    await this.queue.flush();
  }

  /** Resolves when everything handed over so far is on disk or lost. */
  async settled(): Promise<void> {
    await this.#lastDeferred?.catch(() => {});
    await this.queue.settled();
  }

  /** The same, or trouble has begun: then nobody knows when. */
  settledOrInTrouble(): Promise<void> {
    return this.unlessInTrouble(() => this.settled());
  }

  /** Waits for what may take as long as trouble does, until that begins. */
  async unlessInTrouble(wait: () => Promise<unknown>): Promise<void> {
    if (this.ready() !== undefined) return;
    const begins = this.#trouble.begins();
    await Promise.race([wait(), begins.promise]);
    begins.forget();
  }

  /** Does what needs the disk, again and again until it succeeds or nobody waits any more. */
  async persist(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        if (this.queue.isEmpty) this.#trouble.over();
        return;
      } catch (cause) {
        const error = this.toWriteError(cause);
        if (!(await this.#trouble.meet(error))) throw this.#lose(error);
      }
    }
  }

  toWriteError(cause: unknown): TroupeError {
    if (cause instanceof TroupeError) return cause;
    const { directory } = this.#options;
    const why = `${toReason(cause)}${describeSpace(directory)}`;
    return new TroupeError('STORE_FAILED', `Cannot write to "${directory}": ${why}`, { cause });
  }

  async #pass(): Promise<void> {
    try {
      await this.#guard.check(this.queue.next);
    } catch (cause) {
      return this.#tryAgain(this.toWriteError(cause));
    }
    this.#given = this.#attempt;
    for (const write of this.queue.take()) this.#send(write);
  }

  #send({ table, key, value }: Write): void {
    const attempt = this.#attempt;
    try {
      const to = this.#opened.tables[table];
      const commit = value === undefined ? to.remove(key) : to.put(key, value);
      // All writes of one turn share one promise.
      if (commit === this.#lastCommit) return;
      this.#lastCommit = commit;
      commit.catch((error) => this.#failed(attempt, error));
    } catch (error) {
      this.#failed(attempt, error);
    }
  }

  /** LMDB puts what it was given in one turn of the event loop into one transaction, and says so just before. */
  readonly #turnEnds = (): void => {
    const attempt = this.#given;
    const { root } = this.#opened;
    // Closing the turn may make another promise than those of the writes, which only `committed` gives.
    queueMicrotask(() => {
      root.committed.then(
        () => this.#succeeded(attempt),
        (error) => this.#failed(attempt, error),
      );
    });
  };

  #succeeded(attempt: number): void {
    if (attempt !== this.#attempt) return;
    this.#attempt++;
    this.#failures = 0;
    this.queue.acknowledge();
    if (this.queue.isEmpty) this.#trouble.over();
  }

  /** LMDB rejects twice: once for the write, and by a promise in `commitError` that holds the reason. */
  #failed(attempt: number, error: unknown): void {
    const reason = (error as { commitError?: Promise<unknown> }).commitError ?? Promise.reject(error);
    reason.catch((cause) => {
      if (attempt !== this.#attempt) return;
      this.#attempt++;
      this.#failures++;
      void this.#tryAgain(this.toWriteError(cause));
    });
  }

  async #tryAgain(error: TroupeError): Promise<void> {
    if (!(await this.#trouble.meet(error))) {
      this.#lose(error);
      return;
    }
    try {
      if (this.isBroken || this.#failures >= TRIES_BEFORE_REOPENING) await this.#reopen();
    } catch (cause) {
      return this.#tryAgain(this.toWriteError(cause));
    }
    for (const { run } of this.#deferred.splice(0)) run();
    await this.#pass();
  }

  async #reopen(): Promise<void> {
    const { clock, reopen } = this.#options;
    await this.#guard.close();
    this.#closing ??= closeEnvironment(this.#opened.root, clock);
    await this.#closing;
    this.#opened = await reopen();
    this.#closing = undefined;
    this.#failures = 0;
    this.#opened.root.on('beforecommit', this.#turnEnds);
  }

  /** @returns The error, with what is lost by it. */
  #lose(error: TroupeError): TroupeError {
    const lost = this.queue.hasFailed ? '' : describeLost(this.queue.unwritten(), this.#deferred.length);
    const told = new TroupeError('STORE_FAILED', `${error.message}${lost}`, { cause: error.cause });
    this.queue.fail(told);
    for (const { lose } of this.#deferred.splice(0)) lose(told);
    this.#trouble.giveUp();
    return told;
  }
}

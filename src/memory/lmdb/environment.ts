import type { Table } from './table.ts';
import type { Write } from './write-queue.ts';

/** What is used of an LMDB environment. */
export interface Environment {
  /** Called when LMDB is about to close what it was given in one turn of the event loop into a transaction. */
  on(event: 'beforecommit', listener: () => void): void;
  /** Resolves when what was given so far can be read, and with that is on disk. */
  readonly committed: Promise<boolean>;
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

/** An environment that is open, with its databases. */
export interface Opened {
  readonly root: Environment;
  readonly tables: Tables;
}

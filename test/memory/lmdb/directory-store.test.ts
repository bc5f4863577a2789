import { describe, expect, test } from 'vitest';
import { STORE_SILENCE_MS } from '../../../src/base/limits.ts';
import {
  DirectoryStore,
  type Environment,
  type Tables,
  type WritableTable,
} from '../../../src/memory/lmdb/directory-store.ts';
import { batchOf, runOf } from '../records.ts';

interface Turn {
  readonly promise: Promise<boolean>;
  readonly resolve: (value: boolean) => void;
  readonly reject: (error: unknown) => void;
}

function createTurn(): Turn {
  let resolve: Turn['resolve'] = () => {};
  let reject: Turn['reject'] = () => {};
  const promise = new Promise<boolean>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** LMDB as far as the store sees it, with a disk that answers when the test says so. */
class FakeLmdb implements Environment {
  commit = createTurn();
  flush = createTurn();
  /** As after the last step of a commit has failed: nothing tells but `get`, and ranges are empty. */
  stopped = false;
  closed = false;
  unlocked = 0;
  readonly #values = new Map<string, { readonly key: unknown; readonly value: Buffer }>();
  #beforeCommit = (): void => {};

  readonly #table: WritableTable = {
    put: (key, value) => {
      this.#values.set(JSON.stringify(key), { key, value });
      return this.commit.promise;
    },
    remove: (key) => {
      this.removed.push(key);
      return this.commit.promise;
    },
    get: (key) => {
      if (this.stopped) throw new Error('Invalid argument: MDB_PANIC: Update of meta page failed');
      return this.#values.get(JSON.stringify(key))?.value;
    },
    getRange: () => (this.stopped ? [] : this.#values.values()),
  };
  readonly tables: Tables = { runs: this.#table, batches: this.#table };
  /** What is to happen after a while, and when. */
  readonly timers: { readonly delayMs: number; readonly fn: () => void; cancelled: boolean }[] = [];
  readonly removed: unknown[] = [];
  readonly store = new DirectoryStore('/data', this, this.tables, () => this.unlocked++, {
    setTimer: (delayMs, fn) => {
      const timer = { delayMs, fn, cancelled: false };
      this.timers.push(timer);
      return { due: delayMs, cancel: () => Object.assign(timer, { cancelled: true }) };
    },
    stop: () => {},
  });

  on(_: 'beforecommit', listener: () => void): void {
    this.#beforeCommit = listener;
  }

  get committed(): Promise<boolean> {
    return this.commit.promise;
  }

  get flushed(): Promise<boolean> {
    return this.flush.promise;
  }

  resetReadTxn(): void {}

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Ends the turn of the event loop. */
  async endTurn(): Promise<void> {
    this.#beforeCommit();
    await settle();
  }

  /** As LMDB does: the write rejects, the reason is in a promise of its own, and `flushed` never comes. */
  async failCommit(reason: Error): Promise<void> {
    const commitError = Promise.reject(reason);
    this.commit.reject(Object.assign(new Error('Commit failed (see commitError for details)'), { commitError }));
    await settle();
  }
}

/** Lets every promise that can settle do so. */
async function settle(): Promise<void> {
  for (let tick = 0; tick < 20; tick++) await Promise.resolve();
}

describe('a directory store', () => {
  test('acknowledges an append when it is committed and flushed, not before', async () => {
    const lmdb = new FakeLmdb();
    const states: string[] = [];
    void lmdb.store.append('r', 'a/0', batchOf('a/0', 1)).then(() => states.push('acknowledged'));
    await lmdb.endTurn();
    lmdb.commit.resolve(true);
    await settle();
    expect(states).toEqual([]);
    lmdb.flush.resolve(true);
    await settle();
    expect(states).toEqual(['acknowledged']);
    expect(lmdb.store.stats().writes).toBe(1);
  });

  test('asks LMDB again when it is silent, which acknowledges what was never reported', async () => {
    const lmdb = new FakeLmdb();
    const written = lmdb.store.append('r', 'a/0', batchOf('a/0', 1));
    await lmdb.endTurn();
    expect(lmdb.timers.map(({ delayMs }) => delayMs)).toEqual([STORE_SILENCE_MS]);
    // The transaction is written and never reported; the next one is.
    lmdb.flush = createTurn();
    lmdb.timers[0]?.fn();
    expect(lmdb.removed).toHaveLength(1);
    await lmdb.endTurn();
    lmdb.flush.resolve(true);
    await written;
    expect(lmdb.timers.at(-1)?.cancelled).toBe(true);
    expect(lmdb.timers).toHaveLength(2);
  });

  test('does not ask while nothing is under way', async () => {
    const lmdb = new FakeLmdb();
    await lmdb.endTurn();
    expect(lmdb.timers).toEqual([]);
  });

  test('rejects with the reason of a failed commit, and gives nothing to LMDB after that', async () => {
    const lmdb = new FakeLmdb();
    const failed = { code: 'STORE_FAILED', message: 'Cannot write to "/data": Input/output error' };
    const lost = lmdb.store.append('r', 'a/0', batchOf('a/0', 1));
    void lmdb.store.append('r', 'a/1', batchOf('a/1', 1));
    await lmdb.endTurn();
    await lmdb.failCommit(new Error('Input/output error'));
    await expect(lost).rejects.toMatchObject(failed);
    lmdb.tables.batches.put = () => expect.unreachable('Nothing may be put after a failure');
    await expect(lmdb.store.append('r', 'a/0', batchOf('a/0', 2))).rejects.toMatchObject(failed);
    await expect(lmdb.store.flush()).rejects.toMatchObject(failed);
  });

  test('frees its directory after a failure without LMDB’s close, which would wait for ever', async () => {
    const lmdb = new FakeLmdb();
    void lmdb.store.append('r', 'a/0', batchOf('a/0', 1));
    await lmdb.endTurn();
    await lmdb.failCommit(new Error('Input/output error'));
    await expect(lmdb.store.close()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect([lmdb.closed, lmdb.unlocked]).toEqual([false, 1]);
  });

  test('closes LMDB before it frees its directory', async () => {
    const lmdb = new FakeLmdb();
    let unlockedAtClose = -1;
    lmdb.close = async () => {
      unlockedAtClose = lmdb.unlocked;
    };
    await lmdb.store.close();
    await lmdb.store.close();
    expect([unlockedAtClose, lmdb.unlocked]).toEqual([0, 1]);
  });

  test('rejects when LMDB throws instead of taking a write', async () => {
    const lmdb = new FakeLmdb();
    lmdb.tables.batches.put = () => {
      throw new Error('Database is closed');
    };
    await expect(lmdb.store.append('r', 'a/0', batchOf('a/0', 1))).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: 'Cannot write to "/data": Database is closed',
    });
  });

  test('rejects writes and reads when LMDB has stopped without saying so: nothing seems written, or empty', async () => {
    const lmdb = new FakeLmdb();
    const state = 'the database stopped after a failed write; opened again it is whole';
    const lost = lmdb.store.append('r', 'a/0', batchOf('a/0', 1));
    await lmdb.endTurn();
    lmdb.stopped = true;
    lmdb.commit.resolve(true);
    lmdb.flush.resolve(true);
    await expect(lost).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: `Cannot write to "/data": ${state}`,
    });
    const unread = { code: 'STORE_FAILED', message: `Cannot read from "/data": ${state}` };
    await expect(lmdb.store.journal('r', 'a/0')).rejects.toMatchObject(unread);
    await expect(lmdb.store.snapshots('r')).rejects.toMatchObject(unread);
    await expect(lmdb.store.runs()).rejects.toMatchObject(unread);
  });

  test('counts the bytes handed over, before any is on disk', () => {
    const lmdb = new FakeLmdb();
    void lmdb.store.append('r', 'a/0', batchOf('a/0', 1));
    const first = lmdb.store.handedOverBytes();
    expect(first).toBeGreaterThan(300);
    void lmdb.store.append('r', 'a/1', batchOf('a/1', 1));
    expect(lmdb.store.handedOverBytes()).toBe(2 * first);
    void lmdb.store.putRun(runOf('r'));
    expect(lmdb.store.handedOverBytes()).toBeGreaterThan(2 * first);
    expect(lmdb.store.stats()).toEqual({ writes: 0, bytes: 0 });
  });
});

import { describe, expect, test } from 'vitest';
import { DirectoryStore } from '../../../src/memory/lmdb/directory-store.ts';
import type { Environment, Tables, WritableTable } from '../../../src/memory/lmdb/environment.ts';
import { batchOf, noteOf, runOf } from '../records.ts';

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
      this.#values.delete(JSON.stringify(key));
      return this.commit.promise;
    },
    get: (key) => {
      if (this.stopped) throw new Error('Invalid argument: MDB_PANIC: Update of meta page failed');
      return this.#values.get(JSON.stringify(key))?.value;
    },
    getRange: () => (this.stopped ? [] : this.#values.values()),
  };
  readonly tables: Tables = { runs: this.#table, batches: this.#table, notes: this.#table };
  readonly store = new DirectoryStore({
    directory: '/data',
    opened: { root: this, tables: this.tables },
    reopen: () => expect.unreachable('Nobody endures anything here'),
    unlock: () => this.unlocked++,
    guard: { check: async () => {}, close: async () => {} },
    clock: {
      setTimer: (due) => ({ due, cancel: () => {} }),
      elapsed: () => 0,
      stop: () => {},
      defer: (fn) => setImmediate(fn),
    },
  });

  on(_: 'beforecommit', listener: () => void): void {
    this.#beforeCommit = listener;
  }

  get committed(): Promise<boolean> {
    return this.commit.promise;
  }

  resetReadTxn(): void {}

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Ends the turn of the event loop. */
  async endTurn(): Promise<void> {
    await settle();
    this.#beforeCommit();
    await settle();
  }

  /** As LMDB does: the write rejects, and the reason is in a promise of its own. */
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
  test('acknowledges an append when it is committed, not before', async () => {
    const lmdb = new FakeLmdb();
    const states: string[] = [];
    void lmdb.store.append('r', 'a/0', batchOf('a/0', 1)).then(() => states.push('acknowledged'));
    await lmdb.endTurn();
    expect(states).toEqual([]);
    lmdb.commit.resolve(true);
    await settle();
    expect(states).toEqual(['acknowledged']);
    expect(lmdb.store.stats().writes).toBe(1);
  });

  test('rejects with the reason of a failed commit, and gives nothing to LMDB after that', async () => {
    const lmdb = new FakeLmdb();
    const message = 'Cannot write to "/data": the disk fails (input/output error); not written: 2 batches of a/0, a/1';
    const failed = { code: 'STORE_FAILED', message };
    const lost = lmdb.store.append('r', 'a/0', batchOf('a/0', 1));
    void lmdb.store.append('r', 'a/1', batchOf('a/1', 1));
    await lmdb.endTurn();
    await lmdb.failCommit(new Error('Input/output error'));
    await expect(lost).rejects.toMatchObject(failed);
    lmdb.tables.batches.put = () => expect.unreachable('Nothing may be put after a failure');
    await expect(lmdb.store.append('r', 'a/0', batchOf('a/0', 2))).rejects.toMatchObject(failed);
    await expect(lmdb.store.flush()).rejects.toMatchObject(failed);
  });

  test('acknowledges a note when it is committed, and says that it is lost when it cannot be', async () => {
    const lmdb = new FakeLmdb();
    const states: string[] = [];
    void lmdb.store.putNote('r', 'a/0', noteOf('a/0', 'disk')).then(() => states.push('acknowledged'));
    await lmdb.endTurn();
    expect(states).toEqual([]);
    lmdb.commit.resolve(true);
    await settle();
    expect([states, lmdb.store.stats().writes]).toEqual([['acknowledged'], 1]);
    lmdb.commit = createTurn();
    const lost = lmdb.store.putNote('r', 'a/0', noteOf('a/0', 'net'));
    await lmdb.endTurn();
    await lmdb.failCommit(new Error('Input/output error'));
    await expect(lost).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: 'Cannot write to "/data": the disk fails (input/output error); not written: 1 note',
    });
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
      message: expect.stringContaining('Cannot write to "/data": Database is closed'),
    });
  });

  test('rejects reads when LMDB has stopped without saying so: everything seems empty', async () => {
    const lmdb = new FakeLmdb();
    void lmdb.store.append('r', 'a/0', batchOf('a/0', 1));
    await lmdb.endTurn();
    lmdb.commit.resolve(true);
    await settle();
    lmdb.stopped = true;
    const state = 'the database stopped after a failed write; opened again it is whole';
    const unread = { code: 'STORE_FAILED', message: `Cannot read from "/data": ${state}` };
    await expect(lmdb.store.journal('r', 'a/0')).rejects.toMatchObject(unread);
    await expect(lmdb.store.snapshots('r')).rejects.toMatchObject(unread);
    await expect(lmdb.store.runs()).rejects.toMatchObject(unread);
  });

  test('gives no number to a batch by a database that has stopped, in which nothing seems to be', async () => {
    const lmdb = new FakeLmdb();
    void lmdb.store.append('r', 'a/0', batchOf('a/0', 1));
    await lmdb.endTurn();
    lmdb.stopped = true;
    let puts = 0;
    lmdb.tables.batches.put = () => {
      puts++;
      return lmdb.commit.promise;
    };
    const late = lmdb.store.append('s', 'b/0', batchOf('b/0', 1));
    await lmdb.failCommit(new Error('Input/output error'));
    await expect(late).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(puts).toBe(0);
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

import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import type { Environment, Opened, WritableTable } from '../../../src/memory/lmdb/environment.ts';
import { Writer } from '../../../src/memory/lmdb/writer.ts';
import type { StoreChange } from '../../../src/memory/memory-store.ts';

/** What a data file holds, and what becomes of the next commits. */
class FakeFile {
  readonly clock = createVirtualClock();
  readonly values = new Map<string, string>();
  /** Each commit in order; after the last every one succeeds. */
  readonly fates: ('fails' | 'stops')[] = [];
  readonly commits: string[] = [];
  opened = 0;
  closed = 0;
  isWritable = true;
  /** LMDB's close never ends. */
  hangs = false;
  readonly changes: StoreChange[] = [];
  readonly writer: Writer = new Writer({
    directory: '/data',
    opened: this.open(),
    reopen: async () => this.open(),
    clock: this.clock,
    guard: {
      check: async () => {
        if (!this.isWritable) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
      close: async () => {},
    },
    probe: async () => {
      if (!this.isWritable) throw new Error('the disk is full');
    },
  });

  endure(): () => void {
    return this.writer.endure((change) => this.changes.push(change));
  }

  add(agent: string, sequence: number): Promise<void> {
    const value = Buffer.from(`${agent} ${sequence}`);
    return this.writer.queue.add({ table: 'batches', key: ['r', agent, sequence], value, outsideBytes: 0 });
  }

  /** An environment as LMDB's: what is put in one turn is one transaction. */
  open(): Opened {
    this.opened++;
    let beforeCommit = (): void => {};
    let stopped = false;
    let turn: { readonly puts: [string, string][]; readonly commit: Promise<boolean> } | undefined;
    let committed: Promise<boolean> = Promise.resolve(true);
    const commit = async (puts: [string, string][]): Promise<boolean> => {
      await this.clock.sleep(1);
      turn = undefined;
      beforeCommit();
      await this.clock.sleep(1);
      const fate = this.fates.shift();
      this.commits.push(`${puts.map(([, value]) => value).join(', ')}${fate === undefined ? '' : ` ${fate}`}`);
      if (fate === undefined) {
        for (const [key, value] of puts) this.values.set(key, value);
        return true;
      }
      stopped = fate === 'stops';
      const commitError = Promise.reject(new Error('Input/output error'));
      commitError.catch(() => {});
      throw Object.assign(new Error('Commit failed'), { commitError });
    };
    const put: WritableTable['put'] = (key, value) => {
      if (stopped) expect.unreachable('A stopped database never answers');
      if (turn === undefined) {
        const puts: [string, string][] = [];
        turn = { puts, commit: commit(puts) };
        committed = turn.commit;
      }
      turn.puts.push([String(key), value.toString()]);
      return turn.commit;
    };
    const table: WritableTable = {
      put,
      remove: () => expect.unreachable('Nothing is removed here'),
      get: () => {
        if (stopped) throw new Error('MDB_PANIC: Update of meta page failed');
        return undefined;
      },
      getRange: () => [],
    };
    const root: Environment = {
      on: (_, listener) => {
        beforeCommit = listener;
      },
      get committed() {
        return committed;
      },
      resetReadTxn: () => {},
      close: async () => {
        this.closed++;
        if (this.hangs) await new Promise(() => {});
      },
    };
    return { root, tables: { runs: table, batches: table, notes: table } };
  }
}

describe('a writer whose disk fails', () => {
  test('without anybody who endures it loses everything, and says what', async () => {
    const file = new FakeFile();
    file.fates.push('fails');
    const lost = Array.from({ length: 8 }, (_, agent) => file.add(`a/${agent}`, 1));
    const late = file.clock.sleep(1).then(() => file.add('a/0', 2));
    const message =
      'Cannot write to "/data": the disk fails (input/output error); not written: 9 batches of a/0, a/1, a/2, a/3, a/4 and 3 more';
    for (const one of [...lost, late]) await expect(one).rejects.toMatchObject({ code: 'STORE_FAILED', message });
    expect(file.changes).toEqual([]);
  });

  test('tries the same writes again, then those that came meanwhile, in order', async () => {
    const file = new FakeFile();
    file.endure();
    file.fates.push('fails', 'fails');
    const order: string[] = [];
    const add = (agent: string, sequence: number) =>
      void file.add(agent, sequence).then(() => order.push(`${agent} ${sequence}`));
    add('a', 1);
    add('b', 1);
    await file.clock.sleep(100);
    expect(file.writer.ready()).toBeInstanceOf(Promise);
    add('a', 2);
    await file.clock.sleep(200);
    add('b', 2);
    await file.writer.ready();
    expect(file.commits).toEqual(['a 1, b 1 fails', 'a 1, b 1 fails', 'a 1, b 1', 'a 2, b 2']);
    expect(order).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
    expect(file.changes).toMatchObject([
      { type: 'store.degraded' },
      { type: 'store.recovered', downMs: 756, writes: 4 },
    ]);
    expect(file.writer.ready()).toBeUndefined();
    expect([file.opened, file.closed]).toEqual([1, 0]);
    await file.add('a', 3);
    expect(file.changes).toHaveLength(2);
  });

  test('opens the database again when it has stopped, before it gives it anything', async () => {
    const file = new FakeFile();
    file.endure();
    file.fates.push('stops');
    const written = file.add('a', 1);
    await file.clock.sleep(50);
    expect(file.writer.isBroken).toBe(true);
    const order: string[] = [];
    const first = file.writer.whenWhole(async () => void order.push('first'));
    const second = file.writer.whenWhole(async () => void order.push('second'));
    await Promise.all([written, first, second]);
    expect(order).toEqual(['first', 'second']);
    expect([file.opened, file.closed]).toEqual([2, 1]);
    expect(file.commits).toEqual(['a 1 stops', 'a 1']);
    expect(file.writer.isBroken).toBe(false);
  });

  test('opens it again when the disk can be written and it cannot', async () => {
    const file = new FakeFile();
    file.endure();
    file.fates.push('fails', 'fails', 'fails');
    await file.add('a', 1);
    expect([file.opened, file.closed]).toEqual([2, 1]);
  });

  test('leaves the database alone while the disk cannot be written', async () => {
    const file = new FakeFile();
    file.endure();
    file.isWritable = false;
    file.clock.setTimer(60_000, () => {
      file.isWritable = true;
    });
    await file.add('a', 1);
    expect(file.commits).toEqual(['a 1']);
    expect(file.changes).toMatchObject([
      { type: 'store.degraded', error: { message: 'Cannot write to "/data": the disk is full' } },
      { type: 'store.recovered' },
    ]);
  });

  test('stays in trouble when the database cannot be closed', async () => {
    const file = new FakeFile();
    const end = file.endure();
    file.hangs = true;
    file.fates.push('stops');
    const written = file.add('a', 1);
    const deferred = file.writer.whenWhole(async () => {});
    await file.clock.sleep(60_000);
    expect(file.writer.ready()).toBeInstanceOf(Promise);
    end();
    const failed = { code: 'STORE_FAILED', message: expect.stringContaining('cannot be closed and opened again') };
    await expect(written).rejects.toMatchObject(failed);
    await expect(deferred).rejects.toMatchObject(failed);
    await file.writer.ready();
    expect([file.opened, file.closed]).toEqual([1, 1]);
  });

  test('tries once more when nobody endures it any more, and then loses what it has', async () => {
    const file = new FakeFile();
    const end = file.endure();
    file.fates.push('fails', 'fails');
    const written = file.add('a', 1);
    await file.clock.sleep(100);
    end();
    await expect(written).rejects.toMatchObject({
      message: 'Cannot write to "/data": the disk fails (input/output error); not written: 1 batch of a',
    });
    expect(file.commits).toEqual(['a 1 fails', 'a 1 fails']);
    expect(file.writer.ready()).toBeUndefined();
  });

  test('does not take a transaction for whole that LMDB was given in part', async () => {
    const file = new FakeFile();
    file.endure();
    const { put } = file.writer.opened.tables.batches;
    let refused = 0;
    file.writer.opened.tables.batches.put = (key, value) => {
      if (value.toString() !== 'b 1' || refused > 0) return put(key, value);
      refused++;
      throw new Error('Database is not ready');
    };
    const done: string[] = [];
    const a = file.add('a', 1).then(() => done.push(...file.commits));
    const b = file.add('b', 1);
    await Promise.all([a, b]);
    expect(done).toEqual(['a 1', 'a 1, b 1']);
  });

  test('what needs the disk besides is tried again too', async () => {
    const file = new FakeFile();
    const end = file.endure();
    let tries = 0;
    await file.writer.persist(async () => {
      if (++tries < 3) throw new Error('ENOSPC');
    });
    expect(tries).toBe(3);
    end();
    await expect(file.writer.persist(() => Promise.reject(new Error('ENOSPC')))).rejects.toMatchObject({
      code: 'STORE_FAILED',
    });
  });
});

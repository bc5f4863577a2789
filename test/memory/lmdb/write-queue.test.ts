import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import { STORE_BACKLOG_BYTES, STORE_OUTSTANDING_BYTES, STORE_OUTSTANDING_PUTS } from '../../../src/base/limits.ts';
import { type Write, WriteQueue } from '../../../src/memory/lmdb/write-queue.ts';

const MB = 1024 * 1024;

function writeOf(sequence: number, value: Buffer | undefined = Buffer.alloc(100), outsideBytes = 0): Write {
  return { table: 'batches', key: ['r', 'a/0', sequence], value, outsideBytes };
}

/** A queue in front of a database that takes a turn to disk when the test says so. */
class Disk {
  readonly sent: Write[] = [];
  begun = 0;
  readonly queue = new WriteQueue(() => this.begun++);
  #acknowledged = 0;

  endTurn(): void {
    this.sent.push(...this.queue.take());
  }

  /** Acknowledges what was given to the database, and takes what is next. */
  acknowledge(): void {
    this.#acknowledged = this.sent.length;
    const { begun } = this;
    this.queue.acknowledge();
    if (this.begun > begun) this.endTurn();
  }

  get unacknowledged(): Write[] {
    return this.sent.slice(this.#acknowledged);
  }

  drain(): void {
    if (this.unacknowledged.length === 0) this.endTurn();
    while (!this.queue.isEmpty) this.acknowledge();
  }
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  for (let tick = 0; tick < 5; tick++) await Promise.resolve();
  return settled;
}

describe('a write queue', () => {
  test('takes writes that are one transaction together, in one that has room or in one of their own', async () => {
    const disk = new Disk();
    const many = (from: number, count: number): Write[] =>
      Array.from({ length: count }, (_, index) => writeOf(from + index));
    for (const write of many(0, 10)) void disk.queue.add(write);
    void disk.queue.addAll(many(10, STORE_OUTSTANDING_PUTS - 10));
    disk.endTurn();
    expect(disk.sent).toHaveLength(STORE_OUTSTANDING_PUTS);
    void disk.queue.add(writeOf(1_000));
    const done = disk.queue.addAll(many(2_000, 2 * STORE_OUTSTANDING_PUTS));
    const after = disk.queue.add(writeOf(9_000));
    disk.acknowledge();
    expect(disk.unacknowledged).toHaveLength(1);
    disk.acknowledge();
    expect(disk.unacknowledged).toHaveLength(2 * STORE_OUTSTANDING_PUTS);
    expect(await isSettled(done)).toBe(false);
    disk.acknowledge();
    expect([await isSettled(done), await isSettled(after)]).toEqual([true, false]);
    disk.drain();
    disk.queue.fail(new TroupeError('STORE_FAILED', 'No'));
    await expect(disk.queue.addAll(many(0, 2))).rejects.toThrow('No');
  });

  test('does not count what only puts in order what is there', () => {
    const disk = new Disk();
    void disk.queue.addAll([{ ...writeOf(0), isUpkeep: true }, writeOf(1)]);
    disk.drain();
    expect(disk.queue.stats()).toEqual({ writes: 1, bytes: 100 });
    expect(disk.queue.handedOverBytes).toBe(100);
  });

  test('gives a write to whoever takes it, and acknowledges it when that is on disk', async () => {
    const disk = new Disk();
    const write = writeOf(1);
    const done = disk.queue.add(write);
    expect(disk.begun).toBe(1);
    expect(disk.queue.next).toEqual({ puts: 1, bytes: 100 });
    disk.endTurn();
    expect(disk.sent).toEqual([write]);
    expect(await isSettled(done)).toBe(false);
    disk.acknowledge();
    expect(await isSettled(done)).toBe(true);
    expect(disk.queue.next).toEqual({ puts: 0, bytes: 0 });
    await disk.queue.flush();
  });

  test('shares one promise among the writes of a transaction, and none among transactions', () => {
    const disk = new Disk();
    const first = disk.queue.add(writeOf(1));
    expect(disk.queue.add(writeOf(2))).toBe(first);
    disk.endTurn();
    expect(disk.queue.add(writeOf(3))).not.toBe(first);
    expect(disk.begun).toBe(1);
  });

  test('gives nothing more until what was taken is acknowledged, and loses no order', () => {
    const disk = new Disk();
    const count = 5_000;
    for (let sequence = 0; sequence < count; sequence++) {
      void disk.queue.add(writeOf(sequence));
      expect(disk.unacknowledged.length).toBeLessThanOrEqual(STORE_OUTSTANDING_PUTS);
      if (sequence === 3) disk.endTurn();
      if (sequence % 400 === 399) disk.acknowledge();
    }
    expect(disk.sent.length).toBeLessThan(count);
    disk.drain();
    expect(disk.sent.map(({ key }) => key[2])).toEqual(Array.from({ length: count }, (_, sequence) => sequence));
    expect(disk.queue.stats()).toEqual({ writes: count, bytes: count * 100 });
  });

  test('never has more bytes outstanding than may be', () => {
    const disk = new Disk();
    let most = 0;
    for (let sequence = 0; sequence < 60; sequence++) void disk.queue.add(writeOf(sequence, Buffer.alloc(MB)));
    disk.endTurn();
    while (!disk.queue.isEmpty) {
      const bytes = disk.unacknowledged.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      most = Math.max(most, bytes);
      disk.acknowledge();
    }
    expect(disk.sent).toHaveLength(60);
    expect(most).toBe(STORE_OUTSTANDING_BYTES);
  });

  test('passes on one write that alone is more than may be outstanding', () => {
    const disk = new Disk();
    void disk.queue.add(writeOf(1, Buffer.alloc(2 * STORE_OUTSTANDING_BYTES)));
    void disk.queue.add(writeOf(2));
    disk.drain();
    expect(disk.sent).toHaveLength(2);
  });

  test('keeps what was not acknowledged, to be taken again as often as it must be', async () => {
    const disk = new Disk();
    const one = disk.queue.add(writeOf(1));
    void disk.queue.add(writeOf(2));
    disk.endTurn();
    const three = disk.queue.add(writeOf(3));
    expect(disk.queue.unwritten().map(({ key }) => key[2])).toEqual([1, 2, 3]);
    disk.endTurn();
    expect(disk.sent.map(({ key }) => key[2])).toEqual([1, 2, 1, 2]);
    disk.acknowledge();
    expect(await isSettled(one)).toBe(true);
    expect(await isSettled(three)).toBe(false);
    expect(disk.sent.slice(4).map(({ key }) => key[2])).toEqual([3]);
    disk.drain();
    expect(disk.queue.isEmpty).toBe(true);
    expect(disk.queue.stats().writes).toBe(3);
    expect(disk.queue.take()).toEqual([]);
  });

  test('has no room while more waits than a backlog may hold, and then there is again', async () => {
    const disk = new Disk();
    const count = (STORE_BACKLOG_BYTES + STORE_OUTSTANDING_BYTES) / MB;
    for (let sequence = 0; sequence < count; sequence++) void disk.queue.add(writeOf(sequence, Buffer.alloc(MB)));
    expect(disk.queue.room()).toBeUndefined();
    void disk.queue.add(writeOf(count));
    const room = disk.queue.room();
    if (room === undefined) throw new Error('There should be no room');
    expect(disk.queue.room()).toBe(room);
    disk.endTurn();
    expect(await isSettled(room)).toBe(false);
    disk.acknowledge();
    expect(await isSettled(room)).toBe(true);
    expect(disk.queue.room()).toBeUndefined();
  });

  test('keeps a write back until what it refers to is on disk, and those after it behind it', async () => {
    const disk = new Disk();
    let ready = (): void => {};
    const file = new Promise<void>((resolve) => {
      ready = resolve;
    });
    void disk.queue.add(writeOf(1));
    void disk.queue.add(writeOf(2, Buffer.alloc(10), 5 * MB), file);
    const last = disk.queue.add(writeOf(3));
    disk.endTurn();
    disk.acknowledge();
    expect(disk.sent.map(({ key }) => key[2])).toEqual([1]);
    expect(disk.queue.stats()).toEqual({ writes: 1, bytes: 100 });
    ready();
    await file;
    await Promise.resolve();
    disk.endTurn();
    expect(disk.sent.map(({ key }) => key[2])).toEqual([1, 2, 3]);
    disk.drain();
    await last;
    expect(disk.queue.stats()).toEqual({ writes: 3, bytes: 210 + 5 * MB });
  });

  test('counts batches, and neither removals nor records of runs', () => {
    const disk = new Disk();
    void disk.queue.add(writeOf(1));
    void disk.queue.add({ ...writeOf(1), value: undefined });
    void disk.queue.add({ table: 'runs', key: 'r', value: Buffer.alloc(7), outsideBytes: 0 });
    disk.drain();
    expect(disk.queue.stats()).toEqual({ writes: 1, bytes: 100 });
    expect(disk.queue.handedOverBytes).toBe(107);
  });

  describe('after a failure', () => {
    const error = new TroupeError('STORE_FAILED', 'The disk is full');

    test('rejects what is outstanding, what waits and what comes, with the first error', async () => {
      const disk = new Disk();
      const outstanding = disk.queue.add(writeOf(1));
      for (let sequence = 2; sequence < 900; sequence++) void disk.queue.add(writeOf(sequence));
      const waiting = disk.queue.add(writeOf(900));
      disk.endTurn();
      const sent = disk.sent.length;
      disk.queue.fail(error);
      disk.queue.fail(new TroupeError('STORE_FAILED', 'Another'));
      const later = disk.queue.add(writeOf(901), Promise.reject(error));
      for (const lost of [outstanding, waiting, later, disk.queue.flush()]) await expect(lost).rejects.toBe(error);
      await disk.queue.settled();
      disk.acknowledge();
      disk.endTurn();
      expect(disk.sent).toHaveLength(sent);
      expect(disk.queue.stats().writes).toBe(0);
    });

    test('keeps what was acknowledged before', async () => {
      const disk = new Disk();
      const before = disk.queue.add(writeOf(1));
      disk.endTurn();
      disk.acknowledge();
      disk.queue.fail(error);
      await before;
      expect(disk.queue.stats().writes).toBe(1);
    });

    test('has room, so that nobody waits for ever', async () => {
      const disk = new Disk();
      for (let sequence = 0; sequence < 80; sequence++) void disk.queue.add(writeOf(sequence, Buffer.alloc(MB)));
      const room = disk.queue.room();
      expect(room).toBeInstanceOf(Promise);
      disk.queue.fail(error);
      await room;
      expect(disk.queue.room()).toBeUndefined();
    });

    test('of what a write refers to, that write is not passed on', async () => {
      const disk = new Disk();
      const done = disk.queue.add(writeOf(1), Promise.reject(error));
      await expect(done).rejects.toBe(error);
      disk.endTurn();
      expect(disk.sent).toEqual([]);
    });
  });
});

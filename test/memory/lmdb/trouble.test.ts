import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { TroupeError } from '../../../src/base/errors.ts';
import { STORE_RETRY_MAX_MS } from '../../../src/base/limits.ts';
import { Trouble } from '../../../src/memory/lmdb/trouble.ts';
import type { StoreChange } from '../../../src/memory/memory-store.ts';

const full = new TroupeError('STORE_FAILED', 'The disk is full');

function setUp() {
  const clock = createVirtualClock();
  const disk = { writable: true, writes: 0, probes: [] as number[] };
  const probe = async (): Promise<void> => {
    disk.probes.push(clock.elapsed());
    if (!disk.writable) throw new Error('full');
  };
  const trouble = new Trouble(clock, probe, () => disk.writes);
  const changes: StoreChange[] = [];
  return { clock, disk, trouble, changes, tell: (change: StoreChange) => changes.push(change) };
}

describe('trouble', () => {
  test('that nobody endures is lost at once, and told to nobody', async () => {
    const { trouble } = setUp();
    expect(await trouble.meet(full)).toBe(false);
    expect(trouble.ended).toBeUndefined();
  });

  test('is waited out: later and later, until the disk can be written', async () => {
    const { clock, disk, trouble, changes, tell } = setUp();
    trouble.endure(tell);
    disk.writable = false;
    clock.setTimer(20_000, () => {
      disk.writable = true;
    });
    expect(await trouble.meet(full)).toBe(true);
    expect(disk.probes).toEqual([250, 750, 1_750, 3_750, 7_750, 12_750, 17_750, 22_750]);
    expect(changes).toEqual([{ type: 'store.degraded', error: { code: 'STORE_FAILED', message: 'The disk is full' } }]);

    // The try itself fails: one trouble, and the delay goes on.
    expect(await trouble.meet(full)).toBe(true);
    expect(disk.probes.at(-1)).toBe(22_750 + STORE_RETRY_MAX_MS);
    expect(changes).toHaveLength(1);

    disk.writes = 12;
    const { ended } = trouble;
    expect(trouble.downMs).toBe(27_750);
    trouble.over();
    await ended;
    expect(trouble.downMs).toBe(27_750);
    expect(changes[1]).toEqual({ type: 'store.recovered', downMs: 27_750, writes: 12 });
    expect(trouble.ended).toBeUndefined();
    trouble.over();
    expect(changes).toHaveLength(2);
  });

  test('is one for everything that fails at the same time', async () => {
    const { disk, trouble, changes, tell } = setUp();
    trouble.endure(tell);
    expect(await Promise.all([trouble.meet(full), trouble.meet(full)])).toEqual([true, true]);
    expect(disk.probes).toHaveLength(1);
    expect(changes).toHaveLength(1);
  });

  test('is told at its beginning to whoever waits for that', async () => {
    const { trouble, tell } = setUp();
    trouble.endure(tell);
    const [first, second] = [trouble.begins(), trouble.begins()];
    const told: string[] = [];
    void first.promise.then(() => told.push('first'));
    void second.promise.then(() => told.push('second'));
    second.forget();
    await trouble.meet(full);
    expect(told).toEqual(['first']);
    first.forget();
  });

  test('begins with the first delay again the next time', async () => {
    const { clock, disk, trouble, tell } = setUp();
    trouble.endure(tell);
    await trouble.meet(full);
    await trouble.meet(full);
    trouble.over();
    const at = clock.elapsed();
    await trouble.meet(full);
    expect(disk.probes.at(-1)).toBe(at + 250);
  });

  test.each([
    [true, 'tried once more'],
    [false, 'lost'],
  ])('that nobody endures any more is, if the disk can be written: %o, %s', async (writable) => {
    const { clock, disk, trouble, tell } = setUp();
    const end = trouble.endure(tell);
    disk.writable = false;
    const met = trouble.meet(full);
    await clock.sleep(300);
    disk.writable = writable;
    end();
    end();
    expect(await met).toBe(writable);
    expect(clock.elapsed()).toBe(300);
    const { ended } = trouble;
    expect(await trouble.meet(full)).toBe(false);
    trouble.giveUp();
    await ended;
    expect(trouble.ended).toBeUndefined();
  });
});

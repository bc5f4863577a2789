import { describe, expect, test } from 'vitest';
import { STORE_TRIM_AHEAD } from '../../src/base/limits.ts';
import { assertTurns, TrimScan, type TrimScanOptions, toKeepFrom } from '../../src/memory/trim-scan.ts';
import type { MemoryBatch } from '../../src/protocol.ts';
import { answerOf, callingOf, messageOf, receivedOf, snapshotOf } from './records.ts';

/** Scans batches numbered from 1. @returns What is to go, and at which it stopped. */
function scan(batches: readonly MemoryBatch[], options: Partial<TrimScanOptions>) {
  const scanning = new TrimScan({ keepFrom: 99, snapshotAt: 99, received: 0, ...options });
  let last = 0;
  const goesOn = batches.every((batch) => scanning.take(++last, batch));
  if (goesOn) scanning.end();
  return { cut: scanning.cut(), last };
}

describe('a trim scan', () => {
  test('cuts where the first turn begins that stays, and reads no further', () => {
    const batches = [1, 2, 3, 4, 5].map((turn) => answerOf(turn));
    const { cut, last } = scan(batches, { keepFrom: 3 });
    expect(cut?.old.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect([cut?.messages, cut?.received, last]).toEqual([4, 0, 3]);
  });

  test('leaves the batch with the snapshot, and all behind it', () => {
    const batches = [1, 2, 3].map((turn) => answerOf(turn));
    expect(scan(batches, { snapshotAt: 2 }).cut?.old).toHaveLength(1);
    expect(scan(batches, { snapshotAt: 1 }).cut).toBeUndefined();
  });

  test('cuts at a user’s message alone: less than it might', () => {
    const batches = [answerOf(1), ...callingOf(2), answerOf(4)];
    expect(scan(batches, { keepFrom: 3 }).cut?.old).toHaveLength(1);
    expect(scan(batches, { keepFrom: 4 }).cut?.old).toHaveLength(4);
    expect(scan(callingOf(1), { keepFrom: 2 }).cut).toBeUndefined();
  });

  test('takes along what came after a turn and belongs to it, and nothing of a turn that is not stored', () => {
    const ahead: MemoryBatch = { journal: answerOf(2).journal, transcript: [] };
    const batches = [answerOf(1), receivedOf(1, 'm1'), ahead, answerOf(2), answerOf(3)];
    expect(scan(batches, { keepFrom: 2 }).cut?.old.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(scan(batches, { keepFrom: 3 }).cut?.old).toHaveLength(4);
  });

  test('numbers what waits, by all that was received', () => {
    const batches = [receivedOf(0, 'm1'), receivedOf(0, 'm2'), answerOf(1, messageOf('m1')), answerOf(2)];
    const { cut } = scan(batches, { keepFrom: 2, received: 7 });
    expect(cut?.old.map(({ waiting }) => waiting.map(({ ordinal, place }) => [ordinal, place]))).toEqual([
      [],
      [[8, 0]],
      [],
    ]);
    expect(cut?.received).toBe(2);
  });

  test('is enough at its limit, and goes on to the next place where it may cut', () => {
    const batches = [...[1, 3, 5, 7, 9].flatMap((turn) => callingOf(turn)), answerOf(11)];
    expect(scan(batches, { max: 4 }).cut?.old).toHaveLength(6);
    expect(scan(batches, { max: 6 }).cut?.old).toHaveLength(6);
  });

  test('looks ahead for the next message, so far and no further', () => {
    const quiet = (count: number) => Array.from({ length: count }, (_, index) => receivedOf(2, `m${index}`));
    const near = [answerOf(1), ...quiet(STORE_TRIM_AHEAD - 1), answerOf(2)];
    expect(scan(near, { keepFrom: 2, snapshotAt: 1_000 }).cut?.old).toHaveLength(1);
    const far = [answerOf(1), ...quiet(STORE_TRIM_AHEAD + 1), answerOf(2)];
    expect(scan(far, { keepFrom: 2, snapshotAt: 1_000 })).toEqual({ cut: undefined, last: STORE_TRIM_AHEAD + 2 });
    // Nothing follows: no message can be parted from another.
    expect(scan([answerOf(1), ...quiet(3)], { keepFrom: 2 }).cut?.old).toHaveLength(1);
  });
});

test('the observation stored last stays as a whole', () => {
  const snapshot = snapshotOf('a', 10);
  expect(toKeepFrom(3, 10, snapshot)).toBe(8);
  expect(toKeepFrom(3, 11, snapshot)).toBe(9);
  expect(toKeepFrom(0, 10, snapshot)).toBe(10);
  expect(toKeepFrom(1, 10, { ...snapshot, step: 4 })).toBe(7);
  expect(toKeepFrom(0, 10, { ...snapshot, step: 0 })).toBe(10);
  expect(toKeepFrom(50, 10, snapshot)).toBeLessThanOrEqual(0);
});

test('turns are a whole number', () => {
  for (const turns of [0, 1, 10_000]) expect(() => assertTurns('a', turns)).not.toThrow();
  for (const turns of [-1, 0.5, Number.NaN]) expect(() => assertTurns('a', turns)).toThrow('no number of turns');
});

import { expect, test } from 'vitest';
import { SOURCE_NAMES_KEPT } from '../../src/base/limits.ts';
import type { JsonObject } from '../../src/protocol.ts';
import { DoneFiles } from '../../src/sources/done-files.ts';
import type { FolderFile } from '../../src/sources/list-folder.ts';

const file = (name: string, writtenMs: number, changedMs = writtenMs): FolderFile => ({
  name,
  path: `/${name}`,
  bytes: 1,
  writtenMs,
  changedMs,
});
const resumed = (done: DoneFiles) => new DoneFiles(JSON.parse(JSON.stringify(done.toPosition())) as JsonObject);
const look = (done: DoneFiles, at: number, still: FolderFile[], moving: FolderFile[] = []) => {
  done.lookedAt(at, { still, moving });
  for (const one of still) done.add(one);
};

test('knows what was given, and after a resume what stands before the last', () => {
  const done = new DoneFiles(undefined);
  const [a, b, c] = [file('a', 10), file('b', 20), file('c', 20)];
  expect(done.has(a)).toBe(false);
  look(done, 1_000, [a, b]);
  expect([done.has(a), done.isKnown('a'), done.has(c)]).toEqual([true, true, false]);
  const again = resumed(done);
  expect([a, b, c, file('d', 15)].map((one) => again.has(one))).toEqual([true, true, false, true]);
  expect(again.isKnown('a')).toBe(true);
});

test('one that was given last, and was written to while nobody looked, is new', () => {
  const done = new DoneFiles(undefined);
  look(done, 10_500, [file('report', 10_350)]);
  expect(resumed(done).has(file('report', 10_350))).toBe(true);
  expect(resumed(done).has(file('report', 3_600_000))).toBe(false);
});

test('one that was written early but came late is new', () => {
  const done = new DoneFiles(undefined);
  look(done, 10_000, [file('a', 5_000)]);
  expect(resumed(done).has(file('old', 100, 10_001))).toBe(false);
  expect(resumed(done).has(file('old', 100, 9_900))).toBe(false);
});

test('one that moved while others were given is new, and those are not', () => {
  const done = new DoneFiles(undefined);
  const moving = file('moving', 100, 9_000);
  const given = file('given', 9_500, 9_500);
  look(done, 20_000, [given], [moving]);
  const again = resumed(done);
  expect([again.has(moving), again.has(given)]).toEqual([false, true]);
});

test('of several that came late, those not given yet are new', () => {
  const done = new DoneFiles(undefined);
  look(done, 10_000, [file('first', 5_000)]);
  const [late, later] = [file('late', 100, 11_000), file('later', 200, 11_000)];
  done.lookedAt(20_000, { still: [late, later], moving: [] });
  done.add(late);
  const again = resumed(done);
  expect([again.has(late), again.has(later), again.has(file('first', 5_000))]).toEqual([true, false, true]);
});

test('what is gone and comes again is new', () => {
  const done = new DoneFiles(undefined);
  look(done, 10_000, [file('a', 5_000, 9_900)]);
  done.forgetAllBut([]);
  expect(done.has(file('a', 5_000, 9_900))).toBe(false);
  const again = resumed(done);
  again.forgetAllBut([]);
  expect(again.has(file('a', 12_000, 12_000))).toBe(false);
});

test('positions stay small', () => {
  const done = new DoneFiles(undefined);
  const many = Array.from({ length: 5_000 }, (_, i) => file(`f${i}`, 9_000 + i, 20_000));
  look(done, 10_000, many);
  expect(done.toPosition().names).toHaveLength(SOURCE_NAMES_KEPT);
  look(done, 30_000, []);
  expect(done.toPosition()).toEqual({ written: 13_999, name: 'f4999', since: 29_750, names: [] });
});

test.each([undefined, {}, { written: 'x' }, { names: 5 }])('a position %j that is none begins anew', (position) => {
  expect(new DoneFiles(position as JsonObject).has(file('a', 1))).toBe(false);
});

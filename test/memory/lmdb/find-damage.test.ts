import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findDamage } from '../../../src/memory/lmdb/find-damage.ts';
import { openLmdbStore } from '../../../src/memory/lmdb.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { batchOf, resultOf } from '../records.ts';
import { editData, latestMetaAt, smallDirectory } from '../small-directory.ts';

const dataOf = (directory: string) => join(directory, 'data.mdb');

describe('nothing is wrong', () => {
  test('with a file that is missing, empty or new', async () => {
    const directory = temporaryFolder();
    expect(findDamage(dataOf(directory))).toEqual([]);
    writeFileSync(dataOf(directory), '');
    expect(findDamage(dataOf(directory))).toEqual([]);
    await (await openLmdbStore(directory)).close();
    expect(findDamage(dataOf(directory))).toEqual([]);
  });

  test('after any writing and deleting, with values of all sizes, at any moment between', async () => {
    const directory = temporaryFolder();
    for (let round = 1; round <= 6; round++) {
      const store = await openLmdbStore(directory);
      for (let turn = 1; turn <= 4; turn++) {
        for (let index = 0; index < 60; index++) {
          const journal = [resultOf('x'.repeat((index * 131 * turn) % 9_000))];
          void store.append(`r${round}`, `a/${index}`, { ...batchOf(`a/${index}`, turn), journal });
        }
        await store.flush();
        expect(findDamage(dataOf(directory))).toEqual([]);
      }
      if (round % 2 === 0) await store.deleteRun(`r${round - 1}`);
      await store.close();
      expect(findDamage(dataOf(directory))).toEqual([]);
    }
  });
});

describe('what is wrong is told with its page', () => {
  const damaged = async (edit: (data: Buffer) => Buffer): Promise<string[]> => {
    const directory = await smallDirectory();
    editData(directory, edit);
    return findDamage(dataOf(directory));
  };
  test.each<[string, (data: Buffer) => void, RegExp]>([
    ['a description that is none', (data) => data.writeUInt32LE(0, 24), /^page 0 does not describe the database$/],
    ['a description of pages of another size', (data) => data.writeUInt32LE(8_192, 48), /^page 0 does not describe/],
    [
      'the number of the last transaction',
      (data) => data.writeUInt32LE(2, latestMetaAt(data) + 152),
      /^page [01] is of another transaction than it should be$/,
    ],
    [
      'a tree that begins nowhere',
      (data) => data.writeUInt32LE(9_999, latestMetaAt(data) + 136),
      /refers to page 9999, which/,
    ],
    [
      'a tree of another depth',
      (data) => data.writeUInt16LE(2, latestMetaAt(data) + 102),
      /is not as deep as its tree/,
    ],
    [
      'a wrong count',
      (data) => data.writeUInt32LE(7, latestMetaAt(data) + 128),
      /describes a tree that is not the one/,
    ],
    ['the file is cut off', (data) => data.fill(0, 0, 0), /./],
  ])('%s', async (name, edit, problem) => {
    const problems = await damaged((data) => {
      edit(data);
      return name === 'the file is cut off' ? data.subarray(0, data.length - 20 * 4_096) : data;
    });
    expect(problems.join('\n')).toMatch(problem);
  });

  test('what is no database at all is refused', () => {
    const path = dataOf(temporaryFolder());
    writeFileSync(path, 'x'.repeat(100_000));
    expect(() => findDamage(path)).toThrow(`"${path}" is not a database of ours`);
  });

  test('a page in use that is listed as free', async () => {
    const directory = await smallDirectory();
    const whole = readFileSync(dataOf(directory));
    const root = whole.readUInt32LE(latestMetaAt(whole) + 88);
    editData(directory, (data) => {
      const page = root * 4_096;
      const node = page + 24 + data.readUInt16LE(page + 24);
      // Its key, the number of pages, and then the first of them.
      data.writeBigInt64LE(BigInt(root), node + 8 + 8 + 8);
      return data;
    });
    expect(findDamage(dataOf(directory))).toEqual([`page ${root} lists page ${root} as free, which it is not`]);
  });
});

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assertDataFile, bringDescriptionsToDisk } from '../../../src/memory/lmdb/data-file.ts';
import { openLmdbStore } from '../../../src/memory/lmdb.ts';

describe('a data file', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-'));
    path = join(folder, 'data.mdb');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('may be missing or empty, or one that LMDB has made', async () => {
    assertDataFile(path);
    writeFileSync(path, '');
    assertDataFile(path);
    await (await openLmdbStore(folder)).close();
    assertDataFile(path);
  });

  test('of anything else is told by its state', async () => {
    writeFileSync(path, 'x');
    expect(() => assertDataFile(path)).toThrow(`"${path}" is not a database of ours`);
    writeFileSync(path, 'x'.repeat(100_000));
    expect(() => assertDataFile(path)).toThrow(`"${path}" is not a database of ours`);
  });

  test('that is cut off within its description is told by its size', async () => {
    await (await openLmdbStore(folder)).close();
    for (const bytes of [5_000, 100]) {
      truncateSync(path, bytes);
      expect(() => assertDataFile(path)).toThrow(`"${path}" is cut off after ${bytes} bytes`);
    }
  });

  test('stays what it is when its descriptions are brought to the disk, whatever it is', async () => {
    await (await openLmdbStore(folder)).close();
    const whole = readFileSync(path);
    // Of a page size that it cannot have, of another kind, and cut off.
    const odd = Buffer.from(whole);
    odd.writeUInt32LE(0xffffffff, 48);
    for (const bytes of [whole, odd, Buffer.alloc(100_000, 'x'), whole.subarray(0, 5_000), whole.subarray(0, 10)]) {
      writeFileSync(path, bytes);
      await bringDescriptionsToDisk(path);
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
    rmSync(path);
    await expect(bringDescriptionsToDisk(path)).rejects.toThrow('ENOENT');
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DiskGuard } from '../../../src/memory/lmdb/disk-guard.ts';
import { openLmdbStore } from '../../../src/memory/lmdb.ts';

describe('a disk guard', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('lets a transaction pass, and changes nothing', async () => {
    await (await openLmdbStore(folder)).close();
    const path = join(folder, 'data.mdb');
    const before = readFileSync(path);
    const guard = new DiskGuard(path);
    await guard.check({ puts: 512, bytes: 1_000_000 });
    await guard.check({ puts: 1, bytes: 1 });
    await guard.close();
    await guard.close();
    expect(readFileSync(path)).toEqual(before);
  });

  test('tells that there is no space, also of a disk that is not quite full', async () => {
    await (await openLmdbStore(folder)).close();
    const guard = new DiskGuard(join(folder, 'data.mdb'));
    await expect(guard.check({ puts: 1, bytes: 1e15 })).rejects.toMatchObject({ code: 'ENOSPC' });
    await guard.close();
  });

  test('tells that the file cannot be written, and looks again the next time', async () => {
    const guard = new DiskGuard(join(folder, 'data.mdb'));
    await expect(guard.check({ puts: 1, bytes: 1 })).rejects.toMatchObject({ code: 'ENOENT' });
    await (await openLmdbStore(folder)).close();
    await guard.check({ puts: 1, bytes: 1 });
    await guard.close();
  });
});

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clearUnborn } from '../../../src/memory/lmdb/clear-unborn.ts';
import { openLmdbStore } from '../../../src/memory/lmdb.ts';

describe('a data file', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-'));
    path = join(folder, 'data.mdb');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The first two pages as LMDB makes them, before any transaction. */
  async function newborn(): Promise<Buffer> {
    await (await openLmdbStore(folder)).close();
    const pages = readFileSync(path).subarray(0, 8_192);
    for (const page of [0, 4_096]) pages.fill(0, page + 144, page + 160);
    return Buffer.from(pages);
  }

  const cleared = (content: Buffer): boolean => {
    writeFileSync(path, content);
    clearUnborn(path);
    return statSync(path).size === 0;
  };

  test('that was never whole begins anew', async () => {
    const pages = await newborn();
    expect(cleared(Buffer.alloc(8_192))).toBe(true);
    expect(cleared(Buffer.concat([Buffer.alloc(8_192), Buffer.alloc(20_000, 7)]))).toBe(true);
    expect(cleared(pages)).toBe(true);
    expect(cleared(pages.subarray(0, 512))).toBe(true);
    expect(cleared(Buffer.concat([pages.subarray(0, 4_096), Buffer.alloc(4_096)]))).toBe(true);
    await (await openLmdbStore(folder)).close();
  });

  test('that holds a transaction, or something else, is left alone', async () => {
    await newborn();
    const whole = readFileSync(path);
    expect(cleared(whole)).toBe(false);
    expect(cleared(whole.subarray(0, 5_000))).toBe(false);
    expect(cleared(Buffer.concat([Buffer.alloc(4_096), whole.subarray(4_096)]))).toBe(false);
    expect(cleared(Buffer.from('This is a text.'))).toBe(false);
    expect(cleared(Buffer.alloc(1_000_000))).toBe(false);
    rmSync(path);
    clearUnborn(path);
  });
});

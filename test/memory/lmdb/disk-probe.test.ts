import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probeDisk } from '../../../src/memory/lmdb/disk-probe.ts';

test('a directory that can be written passes, and nothing stays in it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-'));
  await probeDisk(directory);
  expect(readdirSync(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
});

test('a directory that cannot be written does not', async () => {
  await expect(probeDisk(join(tmpdir(), 'troupe-missing'))).rejects.toThrow('ENOENT');
});

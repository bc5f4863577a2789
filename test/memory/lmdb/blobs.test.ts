import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBlobs } from '../../../src/memory/lmdb/blobs.ts';

describe('blobs', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const files = (): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  test('are read back by the name they were given, the SHA-256 of their content', async () => {
    const blobs = createBlobs(join(folder, 'blobs'));
    const { name, written } = blobs.write('r', Buffer.from('abc'));
    await written;
    expect(name).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect((await blobs.read('r', name)).toString()).toBe('abc');
    expect(files()).toEqual([name]);
  });

  test('of the same content may be written at once', async () => {
    const blobs = createBlobs(folder);
    const content = Buffer.alloc(3_000_000, 7);
    const written = Array.from({ length: 5 }, () => blobs.write('r', content));
    await Promise.all(written.map((blob) => blob.written));
    expect(files()).toEqual([written[0]?.name]);
    expect((await blobs.read('r', written[0]?.name ?? '')).equals(content)).toBe(true);
  });

  test('that have an owner are files of their own, and can be removed alone; others cannot', async () => {
    const blobs = createBlobs(join(folder, 'blobs'));
    const written = ['a', 'b', undefined].map((owner) => blobs.write('r', Buffer.from('same'), owner));
    await Promise.all(written.map((blob) => blob.written));
    const names = written.map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    const again = blobs.write('r', Buffer.from('same'), 'a');
    await again.written;
    expect(again.name).toBe(names[0]);
    for (const name of [names[0]!, names[0]!, names[2]!, 'none-0']) await blobs.removeOwned('r', name);
    await blobs.removeOwned('none', names[1]!);
    expect(
      files()
        .filter((name) => !name.endsWith('.part'))
        .sort(),
    ).toEqual([names[1], names[2]].sort());
  });

  test('belong to their run, whatever its id is made of', async () => {
    const blobs = createBlobs(join(folder, 'blobs'));
    const runs = ['r', '../..', 'a/b', '', '🎭', 'x'.repeat(1_000)];
    const written = runs.map((run) => blobs.write(run, Buffer.from('same')));
    await Promise.all(written.map((blob) => blob.written));
    expect(files()).toHaveLength(runs.length);
    expect(readdirSync(folder)).toEqual(['blobs']);
    await blobs.remove('../..');
    await blobs.remove('none');
    await expect(blobs.read('../..', written[1]?.name ?? '')).rejects.toThrow('ENOENT');
    for (const run of ['r', 'a/b', '', '🎭']) expect(await blobs.read(run, written[0]?.name ?? '')).toHaveLength(4);
  });

  test('that cannot be written reject, and leave nothing behind', async () => {
    const blobs = createBlobs(folder);
    const { name, written } = blobs.write('r', Buffer.from('abc'));
    await written;
    // A folder stands where the file should be.
    const path = join(folder, readdirSync(folder)[0] ?? '', name);
    rmSync(path);
    mkdirSync(path);
    await expect(blobs.write('r', Buffer.from('abc')).written).rejects.toThrow('EISDIR');
    expect(files()).toEqual([]);
  });
});

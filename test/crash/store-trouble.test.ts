import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLmdbStore } from '../../src/memory/lmdb.ts';
import type { StoreChange } from '../../src/memory/memory-store.ts';
import { mountDisk } from './mount-disk.ts';

/** What trouble-writer.mjs prints. */
interface Told {
  readonly changes: readonly StoreChange[];
  /** Last turn of each agent. */
  readonly acknowledged: Readonly<Record<string, number>>;
  readonly lost: readonly string[];
  readonly misordered: number;
  readonly unhandled: readonly string[];
  readonly reads: number;
  /** Turns of a journal that was read in trouble, or why it could not be. */
  readonly readInTrouble: number | string;
  readonly handedOver: number;
  readonly turns: number;
}

const { compileShim, compileStore } = (await import(join(import.meta.dirname, 'compile.mjs'))) as {
  readonly compileShim: (folder: string) => string | undefined;
  readonly compileStore: (folder: string) => string;
};
const folder = mkdtempSync(join(tmpdir(), 'troupe-trouble-'));
const shim = compileShim(folder);
if (shim === undefined) console.info('Not tested: a disk that fails, since there is no gcc');
let module = '';

beforeAll(() => {
  if (shim !== undefined) module = compileStore(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Lets a process write to a disk whose operations fail for a while. */
async function write(name: string, errno: number, ops: string, ending: string): Promise<Told> {
  const control = join(folder, `${name}.control`);
  const env = { ...process.env, LD_PRELOAD: shim, DISK_SHIM_CONTROL: control };
  const writer = join(import.meta.dirname, 'trouble-writer.mjs');
  const args = [writer, module, join(folder, name), control, String(errno), ops, ending];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 60_000 });
  return JSON.parse(stdout) as Told;
}

/** How many turns of each agent there are, in their order and without gaps. */
async function storedTurns(name: string): Promise<number[]> {
  const store = await openLmdbStore(join(folder, name));
  const counts: number[] = [];
  for (let index = 0; index < 20; index++) {
    const turns = (await store.journal('r', `a/${index}`)).map(({ turn }) => turn);
    expect(turns).toEqual(turns.map((_, place) => place + 1));
    expect((await store.snapshot('r', `a/${index}`))?.turn).toBe(turns.length);
    counts.push(turns.length);
  }
  await store.close();
  return counts;
}

const EIO = 5;
const ENOSPC = 28;
const EROFS = 30;

describe('a disk that fails for a while', () => {
  test.runIf(shim !== undefined).concurrent.each([
    ['pages cannot be written', EIO, 'p', 'the disk fails'],
    ['full', ENOSPC, 'pf', 'the disk is full'],
    ['syncs fail', EIO, 's', 'the disk fails'],
    ['the last step of a commit fails', EIO, 'm', 'the disk fails'],
    ['the last step fails, and all after it', EIO, 'mf', 'the disk fails'],
    ['read-only', EROFS, 'pmsf', 'the file system is read-only'],
  ])('%s: everything is written after it, once, in order', { timeout: 60_000 }, async (name, errno, ops, reason) => {
    const told = await write(name, errno, ops, 'recovers');
    expect(told.unhandled).toEqual([]);
    expect(told.lost).toEqual([]);
    expect(told.misordered).toBe(0);
    expect(told.changes).toMatchObject([
      { type: 'store.degraded', error: { message: expect.stringContaining(reason) } },
      { type: 'store.recovered' },
    ]);
    const [, recovered] = told.changes;
    if (recovered?.type !== 'store.recovered') throw new Error('It should have recovered');
    // Twelve turns are handed over when it has failed already.
    expect(recovered.writes).toBeGreaterThanOrEqual(20 * 12);
    expect(recovered.downMs).toBeGreaterThan(600);
    expect(told.reads).toBe(told.turns);
    const stopped = /: the database (is closed|stopped after a failed write; opened again it is whole)$/;
    if (ops.startsWith('m')) expect(told.readInTrouble).toMatch(stopped);
    else expect(told.readInTrouble).toBe(told.handedOver);
    expect(Object.values(told.acknowledged)).toEqual(Array(20).fill(told.turns));
    expect(await storedTurns(name)).toEqual(Array(20).fill(told.turns));
  });

  test.runIf(shim !== undefined).concurrent.each([
    ['is full until the end', ENOSPC, 'pf', 'the disk is full'],
    ['has stopped the database', EIO, 'mf', 'the disk fails'],
  ])(
    '%s: what is lost is told, what was acknowledged is there',
    { timeout: 60_000 },
    async (name, errno, ops, reason) => {
      const told = await write(name, errno, ops, 'ends');
      expect(told.unhandled).toEqual([]);
      expect(new Set(told.lost).size).toBe(1);
      expect(told.lost[0]).toContain(reason);
      expect(told.lost[0]).toMatch(/; not written: \d+ batches of a\/0, a\/1, a\/2, a\/3, a\/4 and 15 more$/);
      expect(told.changes.map(({ type }) => type)).toEqual(['store.degraded']);
      const acknowledged = Object.values(told.acknowledged);
      expect(acknowledged).toEqual(Array(20).fill(15));
      expect(await storedTurns(name)).toEqual(acknowledged);
    },
  );
});

const disk = mountDisk(4);
if (disk === undefined) console.info('Not tested: a disk that is mounted read-only, since this user may not mount one');
afterAll(() => disk?.unmount());

test.runIf(disk !== undefined)(
  'a disk that was mounted read-only meanwhile is told, read, and written when it may be',
  async () => {
    const directory = join(disk?.path ?? '', 'data');
    const remount = (mode: 'ro' | 'rw'): void => {
      execFileSync('mount', ['-o', `remount,${mode}`, disk?.path ?? '']);
    };
    const batch = { journal: [{ type: 'model.intended', turn: 1, at: 1, model: 'm' }], transcript: [] } as const;
    const store = await openLmdbStore(directory);
    await store.append('r', 'a/0', batch);
    await store.close();
    remount('ro');
    await expect(openLmdbStore(directory)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `Cannot open "${directory}": the file system is read-only`,
    });
    remount('rw');
    const again = await openLmdbStore(directory);
    await again.append('r', 'a/0', batch);
    expect(await again.journal('r', 'a/0')).toHaveLength(2);
    await again.close();
  },
);

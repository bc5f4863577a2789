import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { findDamage } from './find-damage.ts';
import { latestMeta, type Meta, PageFile, writeUint64 } from './page-file.ts';
import { PageWalk } from './page-walk.ts';

/** Behind a page's header, what describes the database; the number of the transaction comes last but one. */
const META_AT = 24;
const META_BYTES = 144;
const TRANSACTION_AT = 152;

/** What is used of LMDB to write a smaller file. */
export interface Compactor {
  /** Copies the database of `directory`, without its free pages, to a file `data.mdb` in the folder `to`. */
  copy(directory: string, to: string): Promise<void>;
  /** Makes a new database of what is left of the damaged one of `directory`, in the folder `to`. */
  rebuild(directory: string, to: string): Promise<void>;
}

/** Size of the data file before and after, in bytes. */
export interface Compacted {
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

/**
 * Replaces a directory's data file by one without the pages that nobody uses any more: LMDB never gives them back.
 *
 * Contract: the caller holds the directory's lock, and has no database open in it. Wherever this is cut short, the
 * directory has its old file or its new one; `removeLeftovers` takes away the rest. Whoever reads the old file goes on
 * reading that.
 *
 * @throws {Error} With the state as its message; the old file is in place then.
 */
export async function compactDirectory(directory: string, { copy, rebuild }: Compactor): Promise<Compacted> {
  const path = join(directory, 'data.mdb');
  const beforeBytes = statSync(path).size;
  const folder = folderOf(directory);
  const made = join(folder, 'data.mdb');
  removeLeftovers(directory);
  mkdirSync(folder);
  try {
    const isWhole = findDamage(path).length === 0;
    if (isWhole) {
      await copy(directory, folder);
      takeTransaction(made, path);
    } else {
      await rebuild(directory, folder);
    }
    const [problem] = findDamage(made);
    if (problem !== undefined) throw new Error(`the new data file is damaged: ${problem}`);
    sync(made);
    sync(folder);
    // LMDB opens nothing that is damaged, so nobody holds it; it belongs to the transactions of the old file.
    if (!isWhole) rmSync(join(directory, 'lock.mdb'), { force: true });
    renameSync(made, path);
    sync(directory);
    return { beforeBytes, afterBytes: statSync(path).size };
  } finally {
    removeLeftovers(directory);
  }
}

/** The part of a directory's data file that nothing is in, from 0 to 1. */
export function measureFree(directory: string): number {
  const file = new PageFile(join(directory, 'data.mdb'));
  try {
    const meta = latestMeta(file.metas());
    if (meta === undefined) return 0;
    const walk = new PageWalk(file, meta);
    walk.run();
    return walk.freePages / (meta.lastPage + 1);
  } finally {
    file.close();
  }
}

/** Takes away what a compaction has left behind that was cut short. */
export function removeLeftovers(directory: string): void {
  rmSync(folderOf(directory), { recursive: true, force: true });
}

function folderOf(directory: string): string {
  return join(directory, 'compacting');
}

/**
 * Gives the new file the transaction of the old one, in both of its descriptions: whoever has the database open shares
 * its lock file, which says which of the two counts.
 */
function takeTransaction(to: string, from: string): void {
  const { meta: old } = readLatest(from);
  const { meta, bytes, pageBytes } = readLatest(to);
  const file = openSync(to, 'r+');
  try {
    for (const page of [meta.page, 1 - meta.page]) {
      const number = old.transaction % 2 === page ? old.transaction : Math.max(0, old.transaction - 1);
      writeUint64(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), TRANSACTION_AT - META_AT, number);
      writeSync(file, bytes, 0, bytes.length, page * pageBytes + META_AT);
    }
  } finally {
    closeSync(file);
  }
}

function readLatest(path: string): { readonly meta: Meta; readonly bytes: Buffer; readonly pageBytes: number } {
  const file = new PageFile(path);
  try {
    const meta = latestMeta(file.metas());
    if (meta === undefined) throw new Error(`"${path}" does not describe the database`);
    const { pageBytes } = file;
    return { meta, bytes: file.read(meta.page * pageBytes + META_AT, META_BYTES), pageBytes };
  } finally {
    file.close();
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { TroupeError } from '../base/errors.ts';
import { STORE_OUTSTANDING_PUTS } from '../base/limits.ts';
import { createInMemoryStore } from './in-memory.ts';
import { clearUnborn } from './lmdb/clear-unborn.ts';
import { type Compacted, compactDirectory, removeLeftovers } from './lmdb/compact.ts';
import type { Damage } from './lmdb/damage.ts';
import { assertDataFile, bringDescriptionsToDisk } from './lmdb/data-file.ts';
import { findHolder, lockDirectory } from './lmdb/directory-lock.ts';
import { DirectoryStore, type LmdbStore } from './lmdb/directory-store.ts';
import type { Opened, Tables } from './lmdb/environment.ts';
import { findDamage } from './lmdb/find-damage.ts';
import { toReadOnly } from './lmdb/read-only.ts';
import { assertSpace, toReason } from './lmdb/reason.ts';
import { openSalvaged, salvage } from './lmdb/salvage.ts';
import { assertVersion, checkVersion, encodeVersion, VERSION_KEY, VERSION_TABLE } from './lmdb/store-version.ts';

export type { Damage } from './lmdb/damage.ts';

/**
 * Without `overlappingSync`, which lmdb has on unless told: with it a transaction is visible before it is on disk, one
 * that fails on its way there stays, some are never reported, and a failed meta page passes for a written one.
 */
const OPTIONS = { noSubdir: false, maxDbs: 32, encoding: 'binary', overlappingSync: false } as const;

export interface LmdbStoreOptions {
  /** Open for reading, without a lock; a directory without data is an empty store and stays untouched. Default false. */
  readonly readOnly?: boolean;
  /** Called with what is damaged, which reading then leaves out, and `snapshots` looks for. Default: reading rejects. */
  readonly onDamage?: (damage: Damage) => void;
}

/**
 * Opens the store in a data directory: LMDB's files, `lock`, and `blobs/` for batches over 1 MB.
 *
 * One value holds what one append brought, so that it is there as a whole or not at all. Reads see everything that was
 * handed over before. When a write fails, and `endure` was called, it is tried again until it succeeds; else every write
 * rejects with that error from then on, reads go on, and `close` rejects with it too.
 *
 * @param directory Made when it is missing. One process writes at a time; readers may come and go meanwhile.
 * @throws {TroupeError} `STORE_UNAVAILABLE` if the directory cannot be made, read or written, holds something else, is of
 * another version, or is to be written to and its data file is damaged; `STORE_BUSY` if a process is writing to it.
 */
export async function openLmdbStore(directory: string, options: LmdbStoreOptions = {}): Promise<LmdbStore> {
  const { readOnly = false } = options;
  let unlock = (): void => {};
  try {
    if (existsSync(directory) && !statSync(directory).isDirectory()) {
      throw new Error('it is a file, not a directory');
    }
    const path = join(directory, 'data.mdb');
    if (readOnly && !existsSync(path)) return toReadOnly(createInMemoryStore(), directory);
    if (!readOnly) {
      makeDirectory(resolve(directory));
      assertSpace(directory);
      unlock = lockDirectory(directory);
      removeLeftovers(directory);
      clearUnborn(path);
    }
    const isNew = !existsSync(path);
    if (!readOnly && !isNew) await bringDescriptionsToDisk(path);
    const opened = openChecked(directory, options);
    if (!readOnly && isNew) await bringToDisk(directory);
    if (opened === undefined) return toReadOnly(createInMemoryStore(), directory);
    const store = new DirectoryStore({ ...options, directory, opened, unlock, reopen: () => reopen(directory) });
    return readOnly ? toReadOnly(store, directory) : store;
  } catch (error) {
    unlock();
    if (error instanceof TroupeError) throw error;
    throw new TroupeError('STORE_UNAVAILABLE', `Cannot open "${directory}": ${toReason(error)}`, { cause: error });
  }
}

/** LMDB opens only what is whole; of the rest, what is whole can still be read. */
function openChecked(
  directory: string,
  { readOnly = false, onDamage = () => {} }: LmdbStoreOptions,
): Opened | undefined {
  const path = join(directory, 'data.mdb');
  // Whoever is writing has checked it, and moves pages while they would be looked at.
  const problems = readOnly && findHolder(directory) !== undefined ? [] : findDamage(path);
  const [first] = problems;
  if (first === undefined) return openEnvironment(directory, readOnly ? onDamage : undefined);
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  if (!readOnly) {
    throw new Error(
      `its file data.mdb is damaged: ${first}${more}; "troupe runs" and "troupe show" read what is left, ` +
        `"troupe runs --prune" makes a new file of that`,
    );
  }
  for (const problem of problems) onDamage({ problem: `in data.mdb, ${problem}` });
  return openSalvaged(path, onDamage);
}

/**
 * @param onDamage Given: it is opened for reading.
 * @returns Undefined when it is opened for reading before a writer has made the tables.
 */
function openEnvironment(directory: string, onDamage?: (damage: Damage) => void): Opened | undefined {
  const readOnly = onDamage !== undefined;
  const root = open({ path: directory, ...OPTIONS, readOnly });
  try {
    readVersion(root, onDamage);
    const tables = openTables(root);
    if (tables !== undefined) return { root, tables };
  } catch (error) {
    void root.close();
    throw error;
  }
  void root.close();
  return undefined;
}

/** A directory without a version is from before there was one, or new: it gets the one of today. */
function readVersion(root: RootDatabase, onDamage: ((damage: Damage) => void) | undefined): void {
  const table: Database<Buffer, string> | undefined = root.openDB({ name: VERSION_TABLE, encoding: 'binary' });
  const version = table?.get(VERSION_KEY);
  if (onDamage !== undefined) {
    checkVersion(version, onDamage);
    return;
  }
  assertVersion(version);
  if (version === undefined) table?.putSync(VERSION_KEY, encodeVersion());
}

/** After trouble, in the same process: not as a new database, if the old one has gone. */
async function reopen(directory: string): Promise<Opened> {
  const path = join(directory, 'data.mdb');
  if (!existsSync(path)) throw new Error(`"${path}" is gone`);
  assertSpace(directory);
  assertDataFile(path);
  await bringDescriptionsToDisk(path);
  const opened = openEnvironment(directory);
  if (opened === undefined) throw new Error(`"${path}" holds nothing`);
  return opened;
}

/** Of the directory of a new data file: its name is on disk then. */
async function bringToDisk(directory: string): Promise<void> {
  const file = await openFile(directory, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function openTables(root: RootDatabase): Tables | undefined {
  const runs: Tables['runs'] | undefined = root.openDB({ name: 'runs', encoding: 'binary' });
  const batches: Tables['batches'] | undefined = root.openDB({ name: 'batches', encoding: 'binary' });
  if (runs === undefined || batches === undefined) return undefined;
  // One that is only read may be from before there were notes.
  const notes: Tables['notes'] | undefined = root.openDB({ name: 'notes', encoding: 'binary' });
  return { runs, batches, notes: notes ?? NOTHING };
}

/**
 * Makes the data file of a directory smaller: LMDB never gives back what was removed. Of a damaged file it makes a new
 * one of all that can be read.
 *
 * @throws {TroupeError} `STORE_BUSY` if a process is writing to it, `STORE_FAILED` if it cannot be done; the directory is
 * as it was then.
 */
export async function compactLmdbStore(directory: string): Promise<Compacted> {
  if (!existsSync(join(directory, 'data.mdb'))) return { beforeBytes: 0, afterBytes: 0 };
  let unlock = (): void => {};
  try {
    unlock = lockDirectory(directory);
    return await compactDirectory(directory, { copy, rebuild });
  } catch (error) {
    if (error instanceof TroupeError) throw error;
    const message = `Cannot compact "${directory}": ${toReason(error)}`;
    throw new TroupeError('STORE_FAILED', message, { cause: error });
  } finally {
    unlock();
  }
}

async function copy(directory: string, to: string): Promise<void> {
  const root = open({ path: directory, ...OPTIONS });
  try {
    // Both descriptions of the old file tell the same then: whoever has it open meets either, as others write the new one.
    root.openDB<Buffer, string>({ name: VERSION_TABLE, encoding: 'binary' }).putSync(VERSION_KEY, encodeVersion());
    await root.backup(to, true);
  } finally {
    await root.close();
  }
}

async function rebuild(directory: string, to: string): Promise<void> {
  const { table, close } = salvage(join(directory, 'data.mdb'));
  const root = open({ path: to, ...OPTIONS });
  try {
    for (const name of ['runs', 'batches', 'notes', VERSION_TABLE]) {
      const made = root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' });
      let count = 0;
      for (const { key, value } of table(name).raw()) {
        const written = made.put(key, value);
        if (++count % STORE_OUTSTANDING_PUTS === 0) await written;
      }
      await made.committed;
    }
  } finally {
    close();
    await root.close();
  }
}

/** A table that is not there, of a database that is only read. */
const NOTHING: Tables['notes'] = {
  get: () => undefined,
  getRange: () => [],
  put: () => Promise.resolve(false),
  remove: () => Promise.resolve(false),
};

/** Not `mkdirSync` with `recursive`: under `/proc`, where nothing can be made, Node tries for ever. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

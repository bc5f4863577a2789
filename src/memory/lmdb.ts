import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { TroupeError } from '../base/errors.ts';
import { createInMemoryStore } from './in-memory.ts';
import { assertDataFile } from './lmdb/data-file.ts';
import { lockDirectory } from './lmdb/directory-lock.ts';
import { DirectoryStore, type LmdbStore, type Tables } from './lmdb/directory-store.ts';
import { toReadOnly } from './lmdb/read-only.ts';
import { assertSpace, toReason } from './lmdb/reason.ts';

/**
 * Opens the store in a data directory: LMDB's files, `lock`, and `blobs/` for batches over 1 MB.
 *
 * One value holds what one append brought, so that it is there as a whole or not at all. Reads see everything that was
 * handed over before. After the first write that fails every write rejects with that error; reads go on, and `close`
 * rejects with it too.
 *
 * @param directory Made when it is missing. One process writes at a time; readers may come and go meanwhile.
 * @param options.readOnly Open for reading, without a lock; a directory without data is an empty store and stays
 * untouched. Default false.
 * @throws {TroupeError} `STORE_UNAVAILABLE` if the directory cannot be made, read or written or holds something else;
 * `STORE_BUSY` if a process is writing to it.
 */
export async function openLmdbStore(directory: string, options: { readOnly?: boolean } = {}): Promise<LmdbStore> {
  const readOnly = options.readOnly ?? false;
  let unlock = (): void => {};
  try {
    if (existsSync(directory) && !statSync(directory).isDirectory()) {
      throw new Error('it is a file, not a directory');
    }
    if (readOnly && !existsSync(join(directory, 'data.mdb'))) return toReadOnly(createInMemoryStore(), directory);
    if (!readOnly) {
      makeDirectory(resolve(directory));
      assertSpace(directory);
      unlock = lockDirectory(directory);
    }
    assertDataFile(join(directory, 'data.mdb'));
    const root = open({ path: directory, noSubdir: false, maxDbs: 32, encoding: 'binary', readOnly });
    const tables = openTables(root);
    if (tables === undefined) {
      await root.close();
      return toReadOnly(createInMemoryStore(), directory);
    }
    const store = new DirectoryStore(directory, root, tables, unlock);
    return readOnly ? toReadOnly(store, directory) : store;
  } catch (error) {
    unlock();
    if (error instanceof TroupeError) throw error;
    throw new TroupeError('STORE_UNAVAILABLE', `Cannot open "${directory}": ${toReason(error)}`, { cause: error });
  }
}

/** @returns Undefined when it is opened for reading before a writer has made the tables. */
function openTables(root: RootDatabase): Tables | undefined {
  const runs: Tables['runs'] | undefined = root.openDB({ name: 'runs', encoding: 'binary' });
  const batches: Tables['batches'] | undefined = root.openDB({ name: 'batches', encoding: 'binary' });
  return runs === undefined || batches === undefined ? undefined : { runs, batches };
}

/** Not `mkdirSync` with `recursive`: under `/proc`, where nothing can be made, Node tries for ever. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Values too large for the database, as files named by the hash of their content, in a folder for each run. */
export interface Blobs {
  /**
   * Begins to write.
   *
   * @param owner Makes the file its own, so that it can be removed alone. Default: those of the same content share one.
   * @returns The name, and when the file and its folder are on disk.
   */
  write(run: string, bytes: Uint8Array, owner?: string): { readonly name: string; readonly written: Promise<void> };
  /** @throws If the file is not there. */
  read(run: string, name: string): Promise<Buffer>;
  /** What those of one run take. */
  bytes(run: string): Promise<number>;
  /** Removes one that has an owner, if it is there. One without stays until its run goes: others may need it too. */
  removeOwned(run: string, name: string): Promise<void>;
  /** Removes those of one run, if there are any. */
  remove(run: string): Promise<void>;
}

/** Between the hashes of a file's content and of its owner. */
const OWNED = '-';

/** @param folder Made when the first value is written. */
export function createBlobs(folder: string): Blobs {
  let parts = 0;
  // A run's id may hold anything, so its folder is named by hash; of its own, so that runs cannot share a file.
  const folderOf = (run: string): string => join(folder, hash(run).slice(0, 32));
  return {
    write(run, bytes, owner) {
      const name = owner === undefined ? hash(bytes) : `${hash(bytes)}${OWNED}${hash(owner).slice(0, 16)}`;
      const path = join(folderOf(run), name);
      return { name, written: writeDurably(path, `${path}.${parts++}.part`, bytes) };
    },
    read: (run, name) => readFile(join(folderOf(run), name)),
    bytes: (run) => sizeOf(folderOf(run)),
    async removeOwned(run, name) {
      if (name.includes(OWNED)) await rm(join(folderOf(run), name), { force: true });
    },
    remove: (run) => rm(folderOf(run), { recursive: true, force: true }),
  };
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then(({ size }) => size)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Under its own name only when complete: a crash leaves a part, never half a file that something refers to. */
async function writeDurably(path: string, part: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  try {
    await writeAndSync(part, bytes);
    await rename(part, path);
  } catch (error) {
    // Most likely the disk is full, and this would keep it so.
    await rm(part, { force: true });
    throw error;
  }
  // The name is on disk when the folder is, and the folder when those above it are.
  await sync(folder);
  await sync(dirname(folder));
  await sync(dirname(dirname(folder)));
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

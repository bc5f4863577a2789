import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, Refusal } from './explain.ts';
import { parsePath } from './parse-path.ts';
import { type Place, walkInside } from './walk-inside.ts';

/** Windows has no `O_NOFOLLOW`; with `O_EXCL` no link is followed there either. */
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
/** Names tried for a temporary file: a taken one was left by a process that was killed. */
const NAMES_TRIED = 100;
/** What a file's new text keeps of its mode: that it can be run, not as whom. */
const MODE_KEPT = 0o777;

const TEMPORARY = /^\.troupe-\d+-\d+\.tmp$/;

/** `create`: only if there is no such file. */
export type WriteMode = 'replace' | 'create';

/** Whether a file is one that is being written, or was when its process was killed. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Names of temporary files; with the process's number no two have the same. */
let count = 0;

/**
 * Writes a file inside a folder, whole or not at all, and makes the folders on its way.
 *
 * The text goes into a temporary file beside it, to the disk, and then in its place. A link as the last name is followed if
 * it stays inside; a second name of the file (a hard link) keeps the old text. A process that is killed may leave a
 * temporary file, `.troupe-PROCESS-NUMBER.tmp`.
 *
 * @param root Absolute, and its own real path.
 * @param path Relative, `/` or the system's separator.
 * @param mode `create`: only if there is no such file. One with the very same text is taken for one's own, so that the
 * call can be made again after a crash.
 * @param signal Aborted: nothing is put in its place any more.
 * @throws {TroupeError} `TOOL_FAILED`; the signal's reason.
 */
export function writeInside(
  root: string,
  path: string,
  bytes: Uint8Array,
  mode: WriteMode,
  signal: AbortSignal,
): Promise<void> {
  return explain('write', path, () =>
    walkInside(root, parsePath(path, 'write'), { makeFolders: true }, async (place) => {
      if (!(await isToBeWritten(place, bytes, mode))) return;
      const temporary = await writeTemporary(place, bytes);
      try {
        signal.throwIfAborted();
        if (!(await place.isInside())) throw new Refusal('it was changed meanwhile');
        await putInPlace(place, temporary, mode);
      } catch (error) {
        await unlink(temporary).catch(() => undefined);
        throw error;
      }
    }),
  );
}

/**
 * Whether there is anything to write.
 *
 * @param written What a rehearsal has written there.
 * @returns False if the file to be created is there, with this very text.
 * @throws {Refusal} If there cannot be a file, or there is one and none is to be replaced.
 */
export async function isToBeWritten(
  place: Place,
  bytes: Uint8Array,
  mode: WriteMode,
  written?: Buffer,
): Promise<boolean> {
  const { stats, names } = place;
  if (names.length === 0 || stats?.isDirectory()) throw new Refusal('it is a folder');
  if (stats?.isFile() === false) throw new Refusal('it is not a regular file');
  if (mode === 'replace' || (stats === undefined && written === undefined)) return true;
  if (written?.equals(bytes) ?? (await holds(place, bytes))) return false;
  throw new Refusal('it exists already; the mode "replace" writes over it');
}

/** @returns Its path. */
async function writeTemporary({ parent, stats }: Place, bytes: Uint8Array): Promise<string> {
  const [path, handle] = await openTemporary(parent);
  try {
    await handle.writeFile(bytes);
    if (stats !== undefined) await handle.chmod(stats.mode & MODE_KEPT);
    await handle.sync();
    return path;
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

async function openTemporary(folder: string): Promise<[string, FileHandle]> {
  for (let tried = 1; ; tried++) {
    const path = join(folder, `.troupe-${process.pid}-${++count}.tmp`);
    try {
      return [path, await open(path, NEW)];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tried === NAMES_TRIED) throw error;
    }
  }
}

async function putInPlace({ parent, names }: Place, temporary: string, mode: WriteMode): Promise<void> {
  const target = join(parent, names.at(-1) ?? '');
  // An empty file of that name is ours alone; for a moment others see it so.
  if (mode === 'create') await (await open(target, NEW)).close();
  await rename(temporary, target);
  // A new name is on disk when its folder is; Windows cannot open one.
  if (process.platform === 'win32') return;
  const folder = await open(parent, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether the file has this very text. */
async function holds(place: Place, bytes: Uint8Array): Promise<boolean> {
  if (place.stats?.size !== bytes.length || place.stats.nlink > 1) return false;
  const handle = await place.open(constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    return (await handle.readFile()).equals(bytes);
  } finally {
    await handle.close();
  }
}

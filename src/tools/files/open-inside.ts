import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { explain, Refusal } from './explain.ts';
import { parsePath } from './parse-path.ts';
import { type Place, walkInside } from './walk-inside.ts';

/** Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading that is inside a folder, wherever its path and the links on its way lead.
 *
 * What is a folder, a FIFO, a socket or a device is not opened, since that alone can do something. Neither is a file of
 * several names (hard links): one of them may be outside, and nothing says where they are.
 *
 * @param root Absolute, and its own real path.
 * @param path Relative, `/` or the system's separator.
 * @returns The file's handle, which the caller closes, and its size in bytes.
 * @throws {TroupeError} `TOOL_FAILED`, with the path as it was given and nothing about what is outside.
 */
export function openInside(root: string, path: string): Promise<{ handle: FileHandle; bytes: number }> {
  return explain('read', path, () => walkInside(root, parsePath(path, 'read'), {}, openFile));
}

async function openFile(place: Place): Promise<{ handle: FileHandle; bytes: number }> {
  const { stats } = place;
  if (stats?.isDirectory()) throw new Refusal('it is a folder');
  if (stats?.isFile() === false) throw new Refusal('it is not a regular file');
  if (stats !== undefined && stats.nlink > 1) {
    throw new Refusal('it has a second name (a hard link), which may be outside the folder; make it a copy');
  }
  const handle = await place.open(FLAGS);
  try {
    if (!(await place.isInside())) throw new Refusal('it was changed meanwhile');
    return { handle, bytes: stats?.size ?? 0 };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, posix, sep, win32 } from 'node:path';
import { TroupeError } from '../base/errors.ts';

/** Windows has neither; there the checks around the opening stand alone. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file for reading that is inside a folder, wherever its path and the links on its way lead.
 *
 * The path is checked as text, then as where it leads, then the opened file once more: between a check and the opening a
 * link can be put in the way, so what counts is where the descriptor in hand is. A FIFO or a device is not opened, since
 * that alone can do something; one put in the way meanwhile cannot block.
 *
 * @param root Absolute, and its own real path.
 * @param path Relative, `/` or the system's separator.
 * @returns The file's handle, which the caller closes, and its size in bytes.
 * @throws {TroupeError} `TOOL_FAILED`, with the path as it was given and nothing about what is outside.
 */
export async function openInside(root: string, path: string): Promise<{ handle: FileHandle; bytes: number }> {
  const refuse = (reason: string): never => {
    throw new TroupeError('TOOL_FAILED', `Cannot read ${JSON.stringify(path.slice(0, 200))}: ${reason}`);
  };
  const problem = findProblem(path);
  if (problem !== undefined) refuse(problem);
  const target = join(root, path);
  try {
    const real = await realpath(target);
    if (!isInside(root, real)) return refuse('it is outside the folder');
    const before = await lstat(real);
    if (before.isDirectory()) refuse('it is a folder');
    if (!before.isFile()) refuse('it is not a regular file');
    const handle = await open(real, FLAGS);
    try {
      const opened = await handle.stat();
      if (!opened.isFile() || !(await isOpenInside(root, target, handle))) refuse('it was changed meanwhile');
      return { handle, bytes: opened.size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof TroupeError) throw error;
    return refuse(toReason(error));
  }
}

/**
 * Whether the file in hand is inside, whatever has become of its path. Linux says where a descriptor is; elsewhere the path is
 * looked up again and has to give the same file, which makes a race hard but does not rule it out.
 */
async function isOpenInside(root: string, target: string, handle: FileHandle): Promise<boolean> {
  const place = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
  if (place !== undefined) return isInside(root, place);
  const again = await realpath(target);
  const [opened, after] = await Promise.all([handle.stat(), lstat(again)]);
  return isInside(root, again) && opened.dev === after.dev && opened.ino === after.ino;
}

/** What is wrong with a path before anything is looked up. */
function findProblem(path: string): string | undefined {
  if (path === '') return 'the path is empty';
  if (path.includes('\0')) return 'the path has a zero character';
  if (isAbsolute(path) || posix.isAbsolute(path) || win32.isAbsolute(path) || /^[a-zA-Z]:/.test(path)) {
    return 'the path is not relative';
  }
  if (path.split(/[\\/]/).includes('..')) return 'the path leads upwards';
  return undefined;
}

/** With the separator, or `/data-secret` would be inside `/data`. */
function isInside(root: string, path: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function toReason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission is denied';
    case 'ELOOP':
      return 'it is a link that leads nowhere';
    case 'ENAMETOOLONG':
      return 'the path is too long';
    default:
      return 'it cannot be opened';
  }
}

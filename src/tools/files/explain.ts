import { TroupeError } from '../../base/errors.ts';

const SHOWN_CHARS = 200;

/** Why nothing is done with a path, to be put behind what was to be done with it. */
export class Refusal extends Error {}

/**
 * Does something with a path, and says of every failure what could not be done and why.
 *
 * @param verb `read`, `write` or `list`.
 * @param path As it was given: the error shows this one, and nothing of where it leads.
 * @throws {TroupeError} `TOOL_FAILED`; what `work` throws of this kind, such as an abort's reason, stays as it is.
 */
export async function explain<T>(verb: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TroupeError) throw error;
    // Without the cause, whose message has the whole path.
    throw new TroupeError('TOOL_FAILED', `Cannot ${verb} ${JSON.stringify(path.slice(0, SHOWN_CHARS))}: ${why(error)}`);
  }
}

function why(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'it does not exist';
    case 'ENOTDIR':
      return 'a part of the path is a file, not a folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission is denied';
    case 'EEXIST':
      return 'it exists already';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENAMETOOLONG':
      return 'the path is too long';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EROFS':
      return 'the disk can only be read';
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open';
    default:
      return `the system refuses it (${code})`;
  }
}

import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { SOURCE_FOLDER_FILES_MAX } from '../base/limits.ts';

/** A file as a look has found it. */
export interface FolderFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** When its content was changed last; milliseconds since the epoch, with fractions. */
  readonly writtenMs: number;
  /** When anything about it was changed last, its name and place too. */
  readonly changedMs: number;
}

/**
 * The files right in a folder, in no order; not its folders, links, and names that begin with a dot.
 *
 * @param extension Without a dot, in any case. Absent: all.
 * @param isKnown Files of which the name is enough; they have 0 for everything else.
 * @throws If the folder cannot be read, or has more than `SOURCE_FOLDER_FILES_MAX` files.
 */
export async function listFolder(
  folder: string,
  extension: string | undefined,
  isKnown: (name: string) => boolean,
): Promise<FolderFile[]> {
  const ending = extension === undefined ? '' : `.${extension.toLowerCase()}`;
  const files: FolderFile[] = [];
  for await (const entry of await opendir(folder)) {
    const { name } = entry;
    if (!entry.isFile() || name.startsWith('.') || !name.toLowerCase().endsWith(ending)) continue;
    if (files.length === SOURCE_FOLDER_FILES_MAX) throw new Error(`it has more than ${SOURCE_FOLDER_FILES_MAX} files`);
    const path = join(folder, name);
    if (isKnown(name)) files.push({ name, path, bytes: 0, writtenMs: 0, changedMs: 0 });
    else await addFile(files, name, path);
  }
  return files;
}

async function addFile(files: FolderFile[], name: string, path: string): Promise<void> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) return;
    files.push({ name, path, bytes: stats.size, writtenMs: stats.mtimeMs, changedMs: stats.ctimeMs });
  } catch (error) {
    // Gone again since its name was read.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

import { explain } from './explain.ts';
import { type Listing, type ListQuery, listTree } from './list-tree.ts';
import { parsePath } from './parse-path.ts';
import { readFolder } from './read-folder.ts';
import { type FileText, readText } from './read-text.ts';
import { type WriteMode, writeInside } from './write-inside.ts';

/**
 * A folder that agents read and write, and nothing outside it.
 *
 * Contract: paths are relative, with `/`; everything that fails is a `TroupeError` `TOOL_FAILED` that shows the path as it
 * was given, or the signal's reason.
 */
export interface Folder {
  /** The beginning of a UTF-8 file, at most `maxBytes`. */
  read(path: string, maxBytes: number): Promise<FileText>;
  /** Writes a file whole or not at all, with the folders on its way; resolves when it is on disk. */
  write(path: string, text: string, mode: WriteMode, signal: AbortSignal): Promise<void>;
  /** `.` is the folder itself. */
  list(path: string, query: ListQuery): Promise<Listing>;
}

/** @param root Absolute, and its own real path. */
export function createFolder(root: string): Folder {
  return {
    read: (path, maxBytes) => readText(root, path, maxBytes),
    write: (path, text, mode, signal) => writeInside(root, path, Buffer.from(text), mode, signal),
    list: (path, query) =>
      explain('list', path, () =>
        listTree(parsePath(path, 'list'), query, (names, request) => readFolder(root, names, request)),
      ),
  };
}

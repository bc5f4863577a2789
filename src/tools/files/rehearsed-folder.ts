import { join, sep } from 'node:path';
import { REHEARSED_FILES_MAX_BYTES } from '../../base/limits.ts';
import { explain, Refusal } from './explain.ts';
import type { Folder } from './folder.ts';
import { type FolderItem, type FolderRequest, listTree } from './list-tree.ts';
import { parsePath } from './parse-path.ts';
import { readFolder } from './read-folder.ts';
import { type FileText, readText, toFileText } from './read-text.ts';
import { walkInside } from './walk-inside.ts';
import { isToBeWritten, type WriteMode } from './write-inside.ts';

/**
 * Folders for one rehearsal: what is written stays in memory, over the real files, which are only read.
 *
 * Contract: what is done in them happens one after the other, in the order of the calls, so that what is read does not
 * depend on how soon the disk answers. Folders in each other see each other's files.
 *
 * @returns Makes the one of a real path.
 */
export function createRehearsedFolders(): (root: string) => Folder {
  const written = new WrittenFiles();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(verb: string, path: string, work: () => Promise<T>): Promise<T> => {
    const done = last.then(() => explain(verb, path, work));
    last = done.catch(() => undefined);
    return done;
  };
  return (root) => ({
    read: (path, maxBytes) => inTurn('read', path, () => read(root, path, maxBytes, written)),
    write: (path, text, mode, signal) =>
      inTurn('write', path, async () => {
        signal.throwIfAborted();
        await write(root, path, Buffer.from(text), mode, written);
      }),
    list: (path, query) =>
      inTurn('list', path, () =>
        listTree(parsePath(path, 'list'), query, (names, request) => list(root, names, request, written)),
      ),
  });
}

/** By absolute path, links resolved. */
class WrittenFiles {
  readonly #files = new Map<string, Buffer>();
  #size = 0;

  get isEmpty(): boolean {
    return this.#files.size === 0;
  }

  get(path: string): Buffer | undefined {
    return this.#files.get(path);
  }

  set(path: string, bytes: Buffer): void {
    const old = this.#files.get(path);
    const size = this.#size + bytes.length - (old?.length ?? -path.length);
    if (size > REHEARSED_FILES_MAX_BYTES) {
      throw new Refusal(`a rehearsal holds its files in memory, ${REHEARSED_FILES_MAX_BYTES} bytes at most`);
    }
    this.#size = size;
    this.#files.set(path, bytes);
  }

  /** What is in a folder, as far as it was written. */
  inside(folder: string): Map<string, Buffer | 'folder'> {
    const inside = new Map<string, Buffer | 'folder'>();
    const start = folder.endsWith(sep) ? folder : folder + sep;
    for (const [path, bytes] of this.#files) {
      if (!path.startsWith(start)) continue;
      const end = path.indexOf(sep, start.length);
      if (end < 0) inside.set(path.slice(start.length), bytes);
      else inside.set(path.slice(start.length, end), 'folder');
    }
    return inside;
  }

  /** @throws {Refusal} If one of the folders on the way was written as a file. */
  checkWay(root: string, names: readonly string[]): void {
    for (let count = 1; count < names.length; count++) {
      if (this.#files.has(join(root, ...names.slice(0, count)))) {
        throw new Refusal('a part of the path is a file, not a folder');
      }
    }
  }
}

function read(root: string, path: string, maxBytes: number, written: WrittenFiles): Promise<FileText> {
  if (written.isEmpty) return readText(root, path, maxBytes);
  return walkInside(root, parsePath(path, 'read'), {}, async ({ names, stats }) => {
    const target = join(root, ...names);
    const bytes = written.get(target);
    if (bytes !== undefined) return toFileText(bytes.subarray(0, maxBytes), bytes.length);
    written.checkWay(root, names);
    if (stats === undefined && written.inside(target).size > 0) throw new Refusal('it is a folder');
    return readText(root, path, maxBytes);
  });
}

function write(root: string, path: string, bytes: Buffer, mode: WriteMode, written: WrittenFiles): Promise<void> {
  return walkInside(root, parsePath(path, 'write'), {}, async (place) => {
    const target = join(root, ...place.names);
    written.checkWay(root, place.names);
    if (written.inside(target).size > 0) throw new Refusal('it is a folder');
    if (await isToBeWritten(place, bytes, mode, written.get(target))) written.set(target, bytes);
  });
}

function list(
  root: string,
  names: readonly string[],
  request: FolderRequest,
  written: WrittenFiles,
): Promise<FolderItem[] | undefined> {
  return walkInside(root, names, {}, async (place) => {
    const target = join(root, ...place.names);
    written.checkWay(root, place.names);
    if (written.get(target) !== undefined) throw new Refusal('it is not a folder');
    const inside = written.inside(target);
    const isReal = place.stats !== undefined || inside.size === 0;
    const real = isReal ? await readFolder(root, names, request) : [];
    if (real === undefined) return undefined;
    const items = new Map(real.map((item) => [item.name, item]));
    for (const [name, bytes] of inside) {
      const wanted = request.isWanted(name);
      if (bytes !== 'folder') items.set(name, { name, kind: 'file', wanted, bytes: bytes.length });
      else if (!items.has(name)) items.set(name, { name, kind: 'folder', wanted });
    }
    if (items.size > request.most) return undefined;
    return [...items.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

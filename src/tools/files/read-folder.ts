import type { Dirent } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from './explain.ts';
import type { EntryKind, FolderItem, FolderRequest } from './list-tree.ts';
import { walkInside } from './walk-inside.ts';
import { isTemporary } from './write-inside.ts';

/** Entries read at once: what is done with them is done in one turn of the event loop. */
const BATCH = 64;

/**
 * Reads one folder inside a folder. FIFOs, sockets and devices are passed over, since nothing can be done with them.
 *
 * @param root Absolute, and its own real path.
 * @param names From there.
 * @returns By name; undefined if there are more than `request.most`.
 * @throws {Refusal} As `walkInside`, or if there is no such folder.
 */
export function readFolder(
  root: string,
  names: readonly string[],
  request: FolderRequest,
): Promise<FolderItem[] | undefined> {
  return walkInside(root, names, {}, async (place) => {
    if (place.stats === undefined) throw new Refusal('it does not exist');
    if (!place.stats.isDirectory()) throw new Refusal('it is not a folder');
    const items = await readItems(place.address, request);
    if (items !== undefined) await measure(place.address, items.filter(isWantedFile).slice(0, request.measured));
    if (!(await place.isInside())) throw new Refusal('it was changed meanwhile');
    return items;
  });
}

async function readItems(folder: string, { isWanted, most, signal }: FolderRequest): Promise<FolderItem[] | undefined> {
  const items: FolderItem[] = [];
  let seen = 0;
  for await (const entry of await opendir(folder, { bufferSize: BATCH })) {
    signal.throwIfAborted();
    if (++seen > most) return undefined;
    const kind = kindOf(entry);
    if (kind !== undefined && !isTemporary(entry.name)) {
      items.push({ name: entry.name, kind, wanted: isWanted(entry.name) });
    }
  }
  return items.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function kindOf(entry: Dirent): EntryKind | undefined {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : undefined;
}

function isWantedFile({ kind, wanted }: FolderItem): boolean {
  return wanted && kind === 'file';
}

/** What has gone meanwhile stays without a size. */
async function measure(folder: string, items: readonly FolderItem[]): Promise<void> {
  const sizes = await Promise.allSettled(items.map(({ name }) => lstat(join(folder, name))));
  for (const [index, size] of sizes.entries()) {
    const item = items[index];
    if (item !== undefined && size.status === 'fulfilled' && size.value.isFile()) item.bytes = size.value.size;
  }
}

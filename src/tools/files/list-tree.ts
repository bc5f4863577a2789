import { LIST_SCAN_MAX, TOOL_RESULT_MAX_BYTES } from '../../base/limits.ts';
import { Refusal } from './explain.ts';

export type EntryKind = 'file' | 'folder' | 'link';

/** An entry of one folder. */
export interface FolderItem {
  readonly name: string;
  readonly kind: EntryKind;
  /** Whether it fits what is looked for. */
  readonly wanted: boolean;
  /** Of a file that is wanted. */
  bytes?: number;
}

export interface FolderRequest {
  isWanted(name: string): boolean;
  /** Files whose size is looked up, the first wanted ones. */
  readonly measured: number;
  /** Entries that are read at most. */
  readonly most: number;
  readonly signal: AbortSignal;
}

/** What to list. */
export interface ListQuery {
  /** Folders in each other that are gone down; 1: only the named one. */
  readonly depth: number;
  readonly limit: number;
  /** By the names from the listed folder on. */
  isWanted(names: readonly string[]): boolean;
  readonly signal: AbortSignal;
}

/** A type, not an interface: it is JSON. */
export type ListedEntry = {
  /** From the tool's folder on, with `/`. */
  path: string;
  kind: EntryKind;
  /** Of a file. */
  bytes?: number;
};

export interface Listing {
  readonly entries: readonly ListedEntry[];
  /** True: there is more, at the end or in folders too large or closed to us. */
  readonly truncated: boolean;
}

/** Room in the result for its other members. */
const FRAME_BYTES = 16_384;
/** Of an entry as JSON, besides its path. */
const ENTRY_BYTES = 64;

/**
 * Lists a folder and those inside it, by name: each entry is followed by what is in it. Links are not gone down.
 *
 * @param top The listed folder's names.
 * @param readFolder Reads one folder by its names: its entries by name, or undefined if there are more than asked for.
 * @throws What `readFolder` throws for the first folder; {Refusal} if that has over `LIST_SCAN_MAX` entries.
 */
export async function listTree(
  top: readonly string[],
  query: ListQuery,
  readFolder: (names: readonly string[], request: FolderRequest) => Promise<FolderItem[] | undefined>,
): Promise<Listing> {
  const entries: ListedEntry[] = [];
  let truncated = false;
  let isFull = false;
  let room = TOOL_RESULT_MAX_BYTES - FRAME_BYTES;
  let scan = LIST_SCAN_MAX;

  const add = (path: string, { kind, bytes }: FolderItem): void => {
    room -= Buffer.byteLength(JSON.stringify(path)) + ENTRY_BYTES;
    isFull = entries.length === query.limit || room < 0;
    if (!isFull) entries.push(bytes === undefined ? { path, kind } : { path, kind, bytes });
  };

  const read = (names: readonly string[]): Promise<FolderItem[] | undefined> =>
    readFolder([...top, ...names], {
      isWanted: (name) => query.isWanted([...names, name]),
      measured: query.limit - entries.length,
      most: scan,
      signal: query.signal,
    });

  const visit = async (names: readonly string[], items: readonly FolderItem[]): Promise<void> => {
    scan -= items.length;
    for (const item of items) {
      const way = [...names, item.name];
      if (item.wanted) add([...top, ...way].join('/'), item);
      if (isFull) return;
      if (item.kind !== 'folder' || way.length >= query.depth) continue;
      query.signal.throwIfAborted();
      const inside = await read(way).catch(() => undefined);
      if (inside === undefined) truncated = true;
      else await visit(way, inside);
    }
  };

  const items = await read([]);
  if (items === undefined) throw new Refusal(`it has more than ${LIST_SCAN_MAX} entries`);
  await visit([], items);
  return { entries, truncated: truncated || isFull };
}

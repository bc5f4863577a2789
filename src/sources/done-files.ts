import { SOURCE_NAMES_KEPT, SOURCE_SETTLED_MS } from '../base/limits.ts';
import type { JsonObject } from '../protocol.ts';
import type { FolderFile } from './list-folder.ts';

/**
 * Which files of a folder have been given, kept in a few bytes however many they are.
 *
 * Files are given by when they were written, then by name, so the last one stands for all before it. But a file can come
 * later and have been written earlier: then the file system has changed something about it since, which is compared with
 * when the folder was looked at. Those that were given and changed after that are kept by name.
 *
 * Contract: at most `SOURCE_NAMES_KEPT` names in a position; of more, the earliest come again after a resume.
 */
export class DoneFiles {
  /** Names in the folder of which this process knows. */
  readonly #names = new Set<string>();
  /** Those that were changed after `#sinceMs`, and when. */
  readonly #recent = new Map<string, number>();
  /** Where the process before this one was. */
  readonly #before: Mark;
  #last: Aged;
  #sinceMs: number;

  constructor(position: JsonObject | undefined) {
    const { written, name, since, names } = position ?? {};
    const isThere = typeof written === 'number' && typeof name === 'string' && typeof since === 'number';
    this.#before = {
      last: isThere ? { writtenMs: written, name } : { writtenMs: Number.NEGATIVE_INFINITY, name: '' },
      sinceMs: isThere ? since : Number.NEGATIVE_INFINITY,
      names: new Set(Array.isArray(names) ? names.map(String) : []),
    };
    this.#last = this.#before.last;
    this.#sinceMs = this.#before.sinceMs;
  }

  /** Whether this process knows that it is done, from its name alone. */
  isKnown(name: string): boolean {
    return this.#names.has(name);
  }

  /** Whether it has been given. */
  has(file: FolderFile): boolean {
    if (this.#names.has(file.name)) return true;
    const { last, sinceMs, names } = this.#before;
    // One of those that was written to since is new.
    const isDone = !isAfter(file, last) && (names.has(file.name) || file.changedMs <= sinceMs);
    if (isDone) this.#remember(file);
    return isDone;
  }

  add(file: FolderFile): void {
    this.#remember(file);
    if (isAfter(file, this.#last)) this.#last = { writtenMs: file.writtenMs, name: file.name };
  }

  /** What is not there any more, and comes again, is new. */
  forgetAllBut(files: readonly FolderFile[]): void {
    const there = new Set(files.map(({ name }) => name));
    for (const name of this.#names) if (!there.has(name)) this.#names.delete(name);
    for (const name of this.#recent.keys()) if (!there.has(name)) this.#recent.delete(name);
    for (const name of this.#before.names) if (!there.has(name)) this.#before.names.delete(name);
  }

  /**
   * The folder was looked at, and all that was found then has been given or is given next, but for those that move.
   *
   * @param epochMs When the look began.
   * @param open What has not been given: `moving`, and what is given next.
   */
  lookedAt(
    epochMs: number,
    open: { readonly moving: readonly FolderFile[]; readonly still: readonly FolderFile[] },
  ): void {
    // Just before: file systems round their times down to that of the last tick.
    let since = epochMs - SOURCE_SETTLED_MS;
    const late = open.still.filter((file) => !isAfter(file, this.#last));
    for (const { changedMs } of [...open.moving, ...late]) since = Math.min(since, changedMs - SOURCE_SETTLED_MS);
    this.#sinceMs = Math.max(this.#sinceMs, since);
    for (const [name, changedMs] of this.#recent) if (changedMs <= this.#sinceMs) this.#recent.delete(name);
  }

  toPosition(): JsonObject {
    const { writtenMs, name } = this.#last;
    return {
      written: Number.isFinite(writtenMs) ? writtenMs : 0,
      name,
      since: Number.isFinite(this.#sinceMs) ? this.#sinceMs : 0,
      names: [...this.#recent.keys()].slice(-SOURCE_NAMES_KEPT),
    };
  }

  #remember({ name, changedMs }: FolderFile): void {
    this.#names.add(name);
    if (changedMs > this.#sinceMs) this.#recent.set(name, changedMs);
  }
}

interface Mark {
  readonly last: Aged;
  readonly sinceMs: number;
  readonly names: Set<string>;
}

type Aged = Pick<FolderFile, 'writtenMs' | 'name'>;

/** In the order in which they are given. */
function isAfter(a: Aged, b: Aged): boolean {
  return a.writtenMs > b.writtenMs || (a.writtenMs === b.writtenMs && a.name > b.name);
}

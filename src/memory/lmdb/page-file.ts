import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** LMDB writes numbers as the machine has them. */
const LITTLE = endianness() === 'LE';
/** Where the first of the two descriptions of trees begins in a meta page: that of the free pages, then that of the rest. */
const FREE_OFFSET = 48;
const MAIN_OFFSET = 96;
const LAST_PAGE_OFFSET = 144;
const TRANSACTION_OFFSET = 152;
const META_END = 168;
const MAGIC_OFFSET = 24;
const MAGIC = 0xbeefc0de;
const LAYOUT_OFFSET = 28;
const LAYOUT = 2;
/** A root of all ones: the tree is empty. */
const NO_PAGE_HIGH = 0xffffffff;
const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 65_536;
const PAGE_BYTES_USUAL = 4_096;

/** A tree of pages as the database describes it. */
export interface Tree {
  readonly flags: number;
  /** Levels of pages, the leaves included. */
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Undefined: empty. */
  readonly root: number | undefined;
}

/** One of the two descriptions that every database begins with; the one of the later transaction counts. */
export interface Meta {
  readonly page: 0 | 1;
  /** What it says of the size of a page. */
  readonly pageBytes: number;
  readonly transaction: number;
  readonly lastPage: number;
  readonly free: Tree;
  readonly main: Tree;
}

/** One page as it is in the file. */
export interface Page {
  readonly number: number;
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** The pages of a data file, read without LMDB: whatever is in them, it cannot end the process. */
export class PageFile {
  readonly fileBytes: number;
  readonly pageBytes: number;
  readonly #file: number;

  /** @throws {Error} If it cannot be read. */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.fileBytes = fstatSync(this.#file).size;
    this.pageBytes = this.#findPageBytes();
  }

  /** @param all Also what does not look like one. Default: those of the two that are there as such. */
  metas(all = false): Meta[] {
    return ([0, 1] as const).flatMap((page) => {
      const start = page * this.pageBytes;
      if (start + META_END > this.fileBytes || !(all || this.#isMeta(start))) return [];
      const { view } = this.#read(page, start, META_END);
      return [
        {
          page,
          pageBytes: view.getUint32(FREE_OFFSET, LITTLE),
          transaction: readUint64(view, TRANSACTION_OFFSET),
          lastPage: readUint64(view, LAST_PAGE_OFFSET),
          free: readTree(view, FREE_OFFSET),
          main: readTree(view, MAIN_OFFSET),
        },
      ];
    });
  }

  /** @throws {Error} With the state as its message, if the file does not hold it. */
  page(number: number): Page {
    return this.#read(number, number * this.pageBytes, this.pageBytes);
  }

  /** @throws {Error} With the state as its message, if the file does not hold so much. */
  read(offset: number, length: number): Buffer {
    return this.#read(Math.floor(offset / this.pageBytes), offset, length).bytes;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Where the second description is tells; the first one may be damaged. */
  #findPageBytes(): number {
    for (let bytes = PAGE_BYTES_MIN; bytes <= PAGE_BYTES_MAX; bytes *= 2) if (this.#isMeta(bytes)) return bytes;
    const told = this.#isMeta(0) ? this.#read(0, 0, META_END).view.getUint32(FREE_OFFSET, LITTLE) : 0;
    return told >= PAGE_BYTES_MIN && told <= PAGE_BYTES_MAX ? told : PAGE_BYTES_USUAL;
  }

  #isMeta(start: number): boolean {
    if (start + META_END > this.fileBytes) return false;
    const { view } = this.#read(0, start, META_END);
    // The upper half of the version holds flags.
    return (
      view.getUint32(MAGIC_OFFSET, LITTLE) === MAGIC && (view.getUint32(LAYOUT_OFFSET, LITTLE) & 0xffff) === LAYOUT
    );
  }

  #read(number: number, offset: number, length: number): Page {
    if (offset + length > this.fileBytes) throw new Error(`is cut off: the file ends at ${this.fileBytes} bytes`);
    const bytes = Buffer.allocUnsafe(length);
    readSync(this.#file, bytes, 0, length, offset);
    return { number, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, length) };
  }
}

export function readUint16(view: DataView, offset: number): number {
  return view.getUint16(offset, LITTLE);
}

export function readUint32(view: DataView, offset: number): number {
  return view.getUint32(offset, LITTLE);
}

/** Exact up to 2^53; above that no page or transaction can be. */
export function readUint64(view: DataView, offset: number): number {
  const [low, high] = LITTLE ? [offset, offset + 4] : [offset + 4, offset];
  return view.getUint32(high, LITTLE) * 2 ** 32 + view.getUint32(low, LITTLE);
}

/** Of the 48 bytes that describe a tree. */
export function readTree(view: DataView, offset: number): Tree {
  const root = readUint64(view, offset + 40);
  return {
    flags: view.getUint16(offset + 4, LITTLE),
    depth: view.getUint16(offset + 6, LITTLE),
    branchPages: readUint64(view, offset + 8),
    leafPages: readUint64(view, offset + 16),
    overflowPages: readUint64(view, offset + 24),
    entries: readUint64(view, offset + 32),
    root: root >= NO_PAGE_HIGH * 2 ** 32 ? undefined : root,
  };
}

/** Exact from -2^53 to 2^53. */
export function readInt64(view: DataView, offset: number): number {
  const [low, high] = LITTLE ? [offset, offset + 4] : [offset + 4, offset];
  return view.getInt32(high, LITTLE) * 2 ** 32 + view.getUint32(low, LITTLE);
}

export function writeUint64(view: DataView, offset: number, value: number): void {
  const [low, high] = LITTLE ? [offset, offset + 4] : [offset + 4, offset];
  view.setUint32(high, Math.floor(value / 2 ** 32), LITTLE);
  view.setUint32(low, value % 2 ** 32, LITTLE);
}

/** The description that counts, as LMDB has it. */
export function latestMeta([first, second]: readonly Meta[]): Meta | undefined {
  return second !== undefined && first !== undefined && second.transaction > first.transaction ? second : first;
}

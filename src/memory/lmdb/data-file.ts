import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { endianness } from 'node:os';

/** In LMDB's first page: the stamp, the version of the layout, and the size of a page. */
const MAGIC_OFFSET = 24;
const LAYOUT_OFFSET = 28;
const PAGE_SIZE_OFFSET = 48;
const START_BYTES = 52;
const MAGIC = 0xbeefc0de;
const LAYOUT = 2;
/** Every database begins with two descriptions of itself, a page each. */
const PAGES_MIN = 2;
/** What LMDB can have. */
const PAGE_MAX_BYTES = 65_536;

/**
 * Checks that a file is a database before LMDB opens it: LMDB ends the process when it is not.
 *
 * @param path A file that is missing or empty is fine; LMDB starts a new database there.
 * @throws {Error} With the state as its message.
 */
export function assertDataFile(path: string): void {
  const start = Buffer.alloc(START_BYTES);
  const bytes = readStart(path, start);
  if (bytes === 0) return;
  const read = (offset: number): number => readNumber(start, offset);
  if (read(MAGIC_OFFSET) !== MAGIC) throw new Error(`"${path}" is not a database of ours`);
  // The upper half of the version holds flags.
  const layout = read(LAYOUT_OFFSET) & 0xffff;
  if (layout !== LAYOUT) throw new Error(`"${path}" has layout ${layout}, and only ${LAYOUT} is known here`);
  if (bytes < PAGES_MIN * read(PAGE_SIZE_OFFSET)) throw new Error(`"${path}" is cut off after ${bytes} bytes`);
}

/**
 * Brings a database's descriptions of itself to the disk before it is opened: they are written once more, as they are.
 *
 * One that LMDB has failed to write, and has taken back, must not be what the disk holds when the pages that it speaks of
 * are written anew. What a sync has failed to bring there no later sync does.
 *
 * @param path A file; one that is no database is left as it is.
 * @throws {Error} What the operating system says.
 */
export async function bringDescriptionsToDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const start = Buffer.alloc(START_BYTES);
    await file.read(start, 0, start.length, 0);
    const pageBytes = readNumber(start, PAGE_SIZE_OFFSET);
    if (readNumber(start, MAGIC_OFFSET) === MAGIC && pageBytes <= PAGE_MAX_BYTES) {
      const pages = Buffer.alloc(PAGES_MIN * pageBytes);
      const { bytesRead } = await file.read(pages, 0, pages.length, 0);
      await file.write(pages, 0, bytesRead, 0);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function readNumber(bytes: Buffer, offset: number): number {
  return endianness() === 'LE' ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset);
}

/** @returns The size of the file. */
function readStart(path: string, into: Buffer): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  try {
    readSync(file, into, 0, into.length, 0);
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

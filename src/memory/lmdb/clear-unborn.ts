import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** In the description of a database, of which there is one in each of the first two pages. */
const MAGIC_OFFSET = 24;
const PAGE_SIZE_OFFSET = 48;
const TRANSACTION_OFFSET = 152;
const DESCRIPTION_BYTES = 168;
const MAGIC = 0xbeefc0de;
/** What the first transaction makes is less. */
const UNBORN_MAX_BYTES = 256 * 1024;

/**
 * Empties a data file whose first transaction never reached the disk, because the power failed: LMDB could not open it,
 * and nothing was ever acknowledged of it.
 *
 * @param path One that is missing, empty, whole, damaged later or of something else is left alone.
 */
export function clearUnborn(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch {
    // Whoever opens it for good says why it cannot be.
    return;
  }
  try {
    const bytes = fstatSync(file).size;
    if (bytes > 0 && bytes <= UNBORN_MAX_BYTES && isUnborn(file)) ftruncateSync(file, 0);
  } finally {
    closeSync(file);
  }
}

function isUnborn(file: number): boolean {
  const first = readDescription(file, 0);
  if (first === undefined || !first.isBlank) return false;
  const second = readDescription(file, first.pageBytes);
  return second?.isBlank ?? false;
}

/** @returns Undefined for something else. Blank: nothing is there yet, or no transaction. */
function readDescription(
  file: number,
  at: number,
): { readonly isBlank: boolean; readonly pageBytes: number } | undefined {
  const bytes = Buffer.alloc(DESCRIPTION_BYTES);
  readSync(file, bytes, 0, bytes.length, at);
  if (bytes.every((byte) => byte === 0)) return { isBlank: true, pageBytes: 4_096 };
  const isLittle = endianness() === 'LE';
  const read = (offset: number): number => (isLittle ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset));
  if (read(MAGIC_OFFSET) !== MAGIC) return undefined;
  const isBlank = bytes.subarray(TRANSACTION_OFFSET, TRANSACTION_OFFSET + 8).every((byte) => byte === 0);
  return { isBlank, pageBytes: read(PAGE_SIZE_OFFSET) };
}

import { statfsSync } from 'node:fs';

/** Less is worth telling when a write fails: LMDB reports a full disk as an input/output error. */
const LITTLE_SPACE_BYTES = 16 * 1024 * 1024;
/** LMDB's lock and first pages take 30 kB; with less than this there is nothing to be done anyway. */
const SPACE_MIN_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the quota of the disk is used up',
  EEXIST: 'it is a file, not a directory',
  EIO: 'the disk fails (input/output error)',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
};

/** LMDB says it in the words of the C library, and where it was. */
const WORDS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/MDB_PANIC/, 'the database stopped after a failed write; opened again it is whole'],
  [/^No space left on device/, 'the disk is full'],
  [/^Read-only file system/, 'the file system is read-only'],
  [/^Disk quota exceeded/, 'the quota of the disk is used up'],
  [/^Input\/output error/, 'the disk fails (input/output error)'],
];

/** What the operating system or LMDB says, in a person's words where we have them. */
export function toReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? WORDS.find(([pattern]) => pattern.test(message))?.[1] ?? message;
}

/** @returns ` (the disk has N kB left)`, or nothing while there is enough space. */
export function describeSpace(directory: string): string {
  const free = freeBytes(directory);
  return free < LITTLE_SPACE_BYTES ? ` (the disk has ${Math.floor(free / 1024)} kB left)` : '';
}

/**
 * Checks that LMDB can make its files: it maps its lock into memory, and the process ends when there is no space for it.
 *
 * @throws {Error} With the state as its message.
 */
export function assertSpace(directory: string): void {
  if (freeBytes(directory) >= SPACE_MIN_BYTES) return;
  throw new Error(`the disk is full${describeSpace(directory)}`);
}

/** @returns Infinity where it cannot be known, for instance because the directory itself is gone. */
function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

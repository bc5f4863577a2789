import { type FileHandle, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

const PAGE_BYTES = 4_096;
/** Of the tree above a changed page, and of the list of free pages. */
const PAGES_PER_PUT = 3;
const PAGES_MIN = 64;
/** Left free: others may fill the disk while a transaction is written. */
const MARGIN_MAX_BYTES = 16 * 1024 * 1024;
const MARGIN = 0.05;
/** The last byte of the first page, of which LMDB uses a few hundred: it is and stays 0. */
const UNUSED_OFFSET = PAGE_BYTES - 1;

/**
 * Looks whether a data file can be written before LMDB is given a transaction.
 *
 * When a page cannot be written lmdb 3.5.6 prints a description of it into 100 bytes, of which some take 110: the
 * process may end by that.
 */
export class DiskGuard {
  readonly #path: string;
  #file: FileHandle | undefined;

  /** @param path Of the data file. */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {Error} If there is no space for so many writes of so many bytes, or the file cannot be written. */
  async check({ puts, bytes }: { readonly puts: number; readonly bytes: number }): Promise<void> {
    const needed = bytes + PAGE_BYTES * (PAGES_PER_PUT * puts + PAGES_MIN);
    await Promise.all([this.#assertSpace(needed), this.#assertWritable()]);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }

  async #assertSpace(needed: number): Promise<void> {
    const { bavail, bsize, blocks } = await statfs(dirname(this.#path));
    const margin = Math.min(MARGIN_MAX_BYTES, MARGIN * blocks * bsize);
    // A file system that does not tell its size has none.
    if (blocks > 0 && bavail * bsize < needed + margin) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  }

  async #assertWritable(): Promise<void> {
    try {
      this.#file ??= await open(this.#path, 'r+');
      await this.#file.write(Buffer.alloc(1), 0, 1, UNUSED_OFFSET);
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}

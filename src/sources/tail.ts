import { type FileHandle, open, stat } from 'node:fs/promises';
import { SOURCE_READ_BYTES, SOURCE_TAIL_POLL_MS } from '../base/limits.ts';
import type { JsonObject, TailSourceSpec } from '../protocol.ts';
import { giveLine } from './give-line.ts';
import { type Line, LineSplitter } from './line-splitter.ts';
import type { Outlet } from './outlet.ts';
import { createPulledSource } from './pulled-source.ts';
import type { Source } from './source.ts';
import { toReason } from './to-reason.ts';

/**
 * Each line that is added to a file, in order; a line counts when its end has been written.
 *
 * A file that is not there yet is waited for. One that has become shorter, or has been replaced, begins at its start again,
 * after what was left of the one before it. In a rehearsal, and with `once`, what is there is read, from the start in a
 * rehearsal, and the source ends.
 */
export function createTail(outlet: Outlet, spec: TailSourceSpec): Source {
  const tail = new Tail(outlet, spec);
  return createPulledSource(
    outlet,
    () => tail.run(),
    () => tail.close(),
  );
}

class Tail {
  readonly #outlet: Outlet;
  readonly #spec: TailSourceSpec;
  readonly #once: boolean;
  readonly #chunk = Buffer.allocUnsafe(SOURCE_READ_BYTES);
  #splitter = new LineSplitter();
  /** Held open, so that nothing is lost of a file that is moved away. */
  #handle: FileHandle | undefined;
  #inode: string;
  /** Where the next read begins; and the end of the last line that was taken. */
  #readAt = 0;
  #offset = 0;
  /** Lines so far, blank ones too: what a line is known by when it comes again. */
  #lines = 0;
  /** Nothing has ever been read of it. */
  #isNew: boolean;

  constructor(outlet: Outlet, spec: TailSourceSpec) {
    const { virtual, position } = outlet.options;
    this.#outlet = outlet;
    this.#spec = spec;
    this.#once = virtual || spec.once;
    this.#isNew = position === undefined;
    this.#inode = typeof position?.inode === 'string' ? position.inode : '';
    this.#offset = typeof position?.offset === 'number' ? position.offset : 0;
    this.#lines = typeof position?.lines === 'number' ? position.lines : 0;
  }

  async run(): Promise<void> {
    const outlet = this.#outlet;
    while (!outlet.isOver) {
      let isMore = false;
      try {
        isMore = await this.#step();
        outlet.isFine();
      } catch (error) {
        const then = this.#once ? 'nothing more comes of it' : 'it is tried again';
        outlet.fail(`Cannot read "${this.#spec.file}": ${toReason(error)}; ${then}`);
      }
      if (isMore || outlet.isOver) continue;
      if (!this.#once) await outlet.sleep(SOURCE_TAIL_POLL_MS);
      else {
        await this.#giveRest();
        outlet.end();
      }
    }
    await this.close();
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined) await this.#wait(handle.close()).catch(() => {});
  }

  /** Virtual time waits for the disk. */
  #wait<T>(work: Promise<T>): Promise<T> {
    return this.#outlet.options.clock.external(work);
  }

  /** @returns Whether there may be more at once. */
  async #step(): Promise<boolean> {
    if (this.#handle === undefined && !(await this.#open())) return false;
    if (await this.#readChunk()) return true;
    const found = await this.#look();
    if (found === undefined || this.#outlet.isOver) return false;
    const isReplaced = found.inode !== this.#inode;
    if (!isReplaced && found.size >= this.#readAt) return false;
    // Somebody may have written to the old one since.
    if (isReplaced) while (await this.#readChunk());
    await this.#giveRest();
    if (isReplaced) await this.close();
    this.#begin();
    return true;
  }

  #begin(): void {
    this.#splitter = new LineSplitter();
    this.#readAt = 0;
    this.#offset = 0;
  }

  /** @returns Whether the file is there. */
  async #open(): Promise<boolean> {
    const found = await this.#look();
    if (found === undefined) {
      this.#keepFirst();
      if (this.#once) throw new Error('it does not exist');
      return false;
    }
    const handle = await this.#wait(open(this.#spec.file, 'r'));
    if (this.#outlet.isOver) {
      await this.#wait(handle.close());
      return false;
    }
    this.#handle = handle;
    const { ino, size } = await this.#wait(handle.stat({ bigint: true }));
    const inode = String(ino);
    const skipsAll = this.#isNew && this.#spec.from === 'end' && !this.#outlet.options.virtual;
    const isSame = inode === this.#inode && this.#offset <= Number(size);
    this.#offset = skipsAll ? Number(size) : isSame ? this.#offset : 0;
    this.#readAt = this.#offset;
    this.#inode = inode;
    this.#keepFirst();
    return true;
  }

  /** From here on everything is new, also what is added while nobody runs. */
  #keepFirst(): void {
    if (!this.#isNew) return;
    this.#isNew = false;
    this.#outlet.keep(this.#toPosition());
  }

  #toPosition(): JsonObject {
    return { offset: this.#offset, inode: this.#inode, lines: this.#lines };
  }

  /** @returns What is there under its name now; undefined if nothing is. */
  async #look(): Promise<{ readonly inode: string; readonly size: number } | undefined> {
    const found = await this.#wait(stat(this.#spec.file, { bigint: true })).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) return undefined;
    if (!found.isFile()) throw new Error('it is not a file');
    return { inode: String(found.ino), size: Number(found.size) };
  }

  /** @returns Whether there was any. */
  async #readChunk(): Promise<boolean> {
    if (this.#handle === undefined || this.#outlet.isOver) return false;
    const { bytesRead } = await this.#wait(this.#handle.read(this.#chunk, 0, this.#chunk.length, this.#readAt));
    this.#readAt += bytesRead;
    for (const line of this.#splitter.push(this.#chunk.subarray(0, bytesRead))) {
      if (this.#outlet.isOver) return false;
      await this.#give(line);
    }
    return bytesRead > 0;
  }

  async #giveRest(): Promise<void> {
    const rest = this.#splitter.rest();
    if (rest !== undefined && !this.#outlet.isOver) await this.#give(rest);
  }

  async #give(line: Line): Promise<void> {
    this.#offset += line.bytes;
    this.#lines++;
    const id = `${this.#outlet.name}:${this.#lines}`;
    await giveLine(this.#outlet, line, { id, file: this.#spec.file }, () => this.#toPosition());
  }
}

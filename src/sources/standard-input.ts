import type { Readable } from 'node:stream';
import { toErrorInfo } from '../base/errors.ts';
import { giveLine } from './give-line.ts';
import { type Line, LineSplitter } from './line-splitter.ts';
import type { Outlet } from './outlet.ts';
import { createPulledSource } from './pulled-source.ts';
import type { Source } from './source.ts';

/**
 * Each line of standard input, until it ends; the stream stands still while a line is offered.
 *
 * In a rehearsal there is none, unless a stream is given.
 */
export function createStandardInput(outlet: Outlet): Source {
  const { input, virtual, clock } = outlet.options;
  const stream = input ?? (virtual ? undefined : process.stdin);
  if (stream === undefined) return createPulledSource(outlet, async () => outlet.end());
  const chunks = new Chunks(stream);
  const give = async (lines: readonly Line[]): Promise<void> => {
    for (const line of lines) if (!outlet.isOver) await giveLine(outlet, line, {});
  };
  const run = async (): Promise<void> => {
    const splitter = new LineSplitter();
    while (!outlet.isOver) {
      const chunk = await clock.external(chunks.take());
      if (chunk !== undefined) await give(splitter.push(chunk));
      else break;
    }
    const rest = splitter.rest();
    if (rest !== undefined) await give([rest]);
    const { error } = chunks;
    if (error !== undefined) outlet.warn(`Cannot read standard input: ${toErrorInfo(error).message}; it has ended`);
    outlet.end();
    chunks.close();
  };
  return createPulledSource(outlet, run, async () => chunks.close());
}

/** A stream that is asked for its next piece, and flows only then. */
class Chunks {
  readonly #stream: Readable;
  readonly #waiting: Uint8Array[] = [];
  /** What ended the stream, if it was no regular end. */
  error: unknown;
  #isEnded = false;
  #isOpen = false;
  #wake: () => void = () => {};

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  /** @returns Undefined at the end, and after `close`. */
  async take(): Promise<Uint8Array | undefined> {
    if (!this.#isOpen && !this.#isEnded) this.#open();
    if (this.#waiting.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#stream.resume();
      });
    }
    return this.#waiting.shift();
  }

  /** The stream stays as it is, and keeps no process alive. Idempotent. */
  close(): void {
    this.#isEnded = true;
    this.#waiting.length = 0;
    if (this.#isOpen) {
      // Its errors are still heard: one that nobody hears ends the process.
      this.#stream.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
      this.#stream.pause();
    }
    this.#isOpen = false;
    this.#wake();
  }

  #open(): void {
    this.#isOpen = true;
    if (this.#stream.readableEnded || this.#stream.destroyed) this.#isEnded = true;
    this.#stream.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd).on('error', this.#onError);
  }

  readonly #onData = (chunk: Uint8Array | string): void => {
    this.#stream.pause();
    this.#waiting.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.#isEnded = true;
    this.#wake();
  };

  readonly #onError = (error: unknown): void => {
    this.error = error;
    this.#onEnd();
  };
}

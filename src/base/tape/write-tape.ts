import { closeSync, openSync, writeSync } from 'node:fs';
import { TroupeError } from '../errors.ts';
import { TAPE_BUFFER_BYTES } from '../limits.ts';
import { createRedactor } from '../redact.ts';
import type { RequestPart, TapedModelCall, TapedToolCall, TapeHeader, TapeWriter } from '../tape.ts';
import { createRequestDescriber } from './describe-request.ts';
import { TAPE_VERSION } from './parse-line.ts';

/**
 * Opens the file before anything has started, so that a wrong path costs nothing.
 *
 * What comes in one turn of the event loop is written at its end, so that a process that is killed leaves whole lines but
 * for the last one; also when it exits without `close`.
 *
 * @param path Of a file that is replaced.
 * @throws {TroupeError} `USAGE` if it cannot be opened for writing.
 */
export function writeTape(path: string): TapeWriter {
  const file = new LineWriter(path);
  const redact = createRedactor();
  const describe = createRequestDescriber(redact);
  /** By agent, of its last call: conversations grow, and what is known already is not written again. */
  const last = new Map<string, readonly RequestPart[]>();
  const write = (line: object): void => file.write(() => redact(JSON.stringify(line)));
  return {
    begin: (header: TapeHeader) => write({ tape: TAPE_VERSION, ...header }),
    describe,
    model({ request, ...call }: TapedModelCall) {
      const same = countSame(last.get(call.agent) ?? [], request);
      last.set(call.agent, request);
      const { model, outcome, ...place } = call;
      write({ model, ...place, same, new: request.slice(same), ...outcome });
    },
    tool({ acts, ...call }: TapedToolCall) {
      write(acts.length > 0 ? { ...call, acts } : call);
    },
    close: () => file.close(),
  };
}

function countSame(before: readonly RequestPart[], now: readonly RequestPart[]): number {
  let count = 0;
  while (count < now.length && before[count]?.digests[0] === now[count]?.digests[0]) count++;
  return count;
}

/** Writes lines to a file in the order in which they come, some at a time. */
class LineWriter {
  readonly #path: string;
  #file: number | undefined;
  #lines: string[] = [];
  #chars = 0;
  #failure: unknown;

  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, 'w');
    } catch (error) {
      throw this.#cannotWrite(error);
    }
    process.on('exit', this.#flush);
  }

  write(make: () => string): void {
    if (this.#file === undefined || this.#failure !== undefined) return;
    if (this.#lines.length === 0) setImmediate(this.#flush).unref();
    try {
      const line = make();
      this.#lines.push(line);
      this.#chars += line.length;
    } catch (error) {
      this.#failure = error;
    }
    if (this.#chars > TAPE_BUFFER_BYTES) this.#flush();
  }

  close(): void {
    if (this.#file === undefined) return;
    this.#flush();
    process.off('exit', this.#flush);
    try {
      closeSync(this.#file);
    } catch (error) {
      this.#failure ??= error;
    }
    this.#file = undefined;
    if (this.#failure !== undefined) throw this.#cannotWrite(this.#failure);
  }

  readonly #flush = (): void => {
    const lines = this.#lines;
    this.#lines = [];
    this.#chars = 0;
    if (lines.length === 0 || this.#file === undefined) return;
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      this.#failure ??= error;
    }
  };

  #cannotWrite(error: unknown): TroupeError {
    return new TroupeError('USAGE', `Cannot write "${this.#path}": ${(error as Error).message}`, { cause: error });
  }
}

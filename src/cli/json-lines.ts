import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { TroupeError } from '../base/errors.ts';
import { createRedactor } from '../base/redact.ts';

/** A file of one JSON value a line, written as they come, without secrets. */
export interface JsonLines {
  write(value: unknown): void;
  /** Resolves when everything is in the file. @throws {TroupeError} `USAGE` if it could not be written. */
  close(): Promise<void>;
}

/**
 * Opens the file before anything has started, so that a wrong path costs nothing.
 *
 * @throws {TroupeError} `USAGE` if it cannot be opened for writing.
 */
export async function openJsonLines(path: string): Promise<JsonLines> {
  let file: FileHandle;
  try {
    file = await open(path, 'w');
  } catch (error) {
    throw cannotWrite(path, error);
  }
  const stream = createWriteStream(path, { fd: file });
  const redact = createRedactor();
  let failure: unknown;
  stream.on('error', (error) => {
    failure ??= error;
  });
  let corked = false;
  return {
    write(value) {
      if (failure !== undefined) return;
      // Lines of one turn of the event loop go out as one write.
      if (!corked) {
        corked = true;
        stream.cork();
        process.nextTick(() => {
          corked = false;
          stream.uncork();
        });
      }
      stream.write(`${redact(JSON.stringify(value))}\n`);
    },
    async close() {
      stream.end();
      await finished(stream).catch((error) => {
        failure ??= error;
      });
      if (failure !== undefined) throw cannotWrite(path, failure);
    },
  };
}

function cannotWrite(path: string, error: unknown): TroupeError {
  return new TroupeError('USAGE', `Cannot write "${path}": ${(error as Error).message}`, { cause: error });
}

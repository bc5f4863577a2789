import { createReadStream, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { TroupeError, toErrorInfo } from '../base/errors.ts';

/** A file of lines that agents add to and look into. */
export interface LineFile {
  /** Resolves when the line is on disk. @throws {TroupeError} `TOOL_FAILED` if it cannot be written. */
  append(line: string): Promise<void>;
  /** Up to `limit` lines that hold `text`, oldest first; none if there is no file. @throws {TroupeError} `TOOL_FAILED`. */
  find(text: string, limit: number): Promise<string[]>;
}

/** @param path Absolute; the file and its folders are made with the first line. */
export function createLineFile(path: string): LineFile {
  const fail = (verb: string, error: unknown): never => {
    throw new TroupeError('TOOL_FAILED', `Cannot ${verb} "${path}": ${toErrorInfo(error).message}`, { cause: error });
  };
  return {
    async append(line) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        const file = await open(path, 'a');
        try {
          // One write: a process that is killed leaves a whole line or none.
          await file.write(`${line}\n`);
          await file.datasync();
        } finally {
          await file.close();
        }
      } catch (error) {
        fail('write', error);
      }
    },
    async find(text, limit) {
      const found: string[] = [];
      try {
        const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
        for await (const line of lines) {
          if (!line.includes(text)) continue;
          found.push(line);
          if (found.length === limit) break;
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') fail('read', error);
      }
      return found;
    },
  };
}

/** The same for a rehearsal, which must leave nothing behind and find nothing that another one has left. */
export function createRehearsedLineFile(): LineFile {
  const lines: string[] = [];
  return {
    async append(line) {
      lines.push(line);
    },
    find: async (text, limit) => lines.filter((line) => line.includes(text)).slice(0, limit),
  };
}

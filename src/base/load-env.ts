import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { TroupeError, toErrorInfo } from './errors.ts';

/**
 * Reads the `.env` files of some folders into the environment. What is set already stays: the shell's own variables come
 * before those of the first folder, and these before the next one's.
 *
 * @param folders One that has no such file is passed over.
 * @throws {TroupeError} `USAGE` if a file is there and cannot be read.
 */
export function loadEnv(folders: readonly string[]): void {
  for (const file of new Set(folders.map((folder) => join(resolve(folder), '.env')))) {
    if (!existsSync(file)) continue;
    for (const [name, value] of Object.entries(read(file))) process.env[name] ??= value;
  }
}

function read(file: string): Record<string, string> {
  try {
    // Only for those who have such a file.
    const { parse } = createRequire(import.meta.url)('dotenv') as typeof import('dotenv');
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TroupeError('USAGE', `Cannot read "${file}": ${toErrorInfo(error).message}`, { cause: error });
  }
}

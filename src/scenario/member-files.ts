import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorInfo } from '../base/errors.ts';
import { AGENTS_MAX } from '../base/limits.ts';
import type { JsonObject } from '../protocol.ts';
import { ScenarioError } from './text/problems.ts';

/** Folders in folders; deeper ones are somebody's cache. */
const DEPTH_MAX = 32;

/**
 * A row for each file of a folder, in the order of their paths: `{ path, name }`, the path relative to the folder, with `/`.
 *
 * Links are not followed, and what begins with a dot is left out, as are `node_modules`.
 *
 * @param folder Absolute.
 * @param extension Without a dot: only files with it. Absent: all.
 * @throws {ScenarioError} If the folder cannot be read.
 */
export async function readMemberFiles(folder: string, extension: string | undefined): Promise<JsonObject[]> {
  const paths: string[] = [];
  await collect(folder, '', 0, (path) => {
    if (extension === undefined || path.toLowerCase().endsWith(`.${extension.toLowerCase()}`)) paths.push(path);
    // One more than there may be members is enough to be refused.
    return paths.length <= AGENTS_MAX;
  });
  return paths.sort(byCodeUnits).map((path) => ({ path, name: path.slice(path.lastIndexOf('/') + 1) }));
}

async function collect(root: string, below: string, depth: number, take: (path: string) => boolean): Promise<boolean> {
  let entries: import('node:fs').Dirent[];
  try {
    entries = await readdir(join(root, below), { withFileTypes: true });
  } catch (error) {
    const message = `cannot be read: ${toErrorInfo(error).message}`;
    throw new ScenarioError([{ file: join(root, below), line: 0, column: 0, path: '', message }]);
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isFile() && !take(path)) return false;
    if (entry.isDirectory() && depth < DEPTH_MAX && !(await collect(root, path, depth + 1, take))) return false;
  }
  return true;
}

/** The same everywhere, whatever the language of the machine. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { existsSync } from 'node:fs';
import { TroupeError } from '../base/errors.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { RunRecord } from '../protocol.ts';

/**
 * Finds a run by its id, the beginning of it, or `last`.
 *
 * @throws {TroupeError} `RUN_NOT_FOUND` if there is none, or more than one that begins so.
 */
export async function findRun(store: MemoryStore, directory: string, name: string): Promise<RunRecord> {
  const runs = await store.runs();
  if (runs.length === 0)
    throw notFound(name, existsSync(directory) ? `"${directory}" holds no runs` : `"${directory}" does not exist`);
  if (name === 'last') return runs[0] as RunRecord;
  const exact = runs.find((run) => run.id === name);
  if (exact !== undefined) return exact;
  const matching = runs.filter((run) => run.id.startsWith(name));
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  const ids = matching.slice(0, 5).map((run) => run.id);
  throw notFound(name, only === undefined ? 'no such run; "troupe runs" lists them' : `it may be ${ids.join(', ')}`);
}

function notFound(name: string, why: string): TroupeError {
  return new TroupeError('RUN_NOT_FOUND', `Cannot find run "${name}": ${why}`);
}

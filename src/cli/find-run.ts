import { existsSync } from 'node:fs';
import { TroupeError } from '../base/errors.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { RunRecord } from '../protocol.ts';
import type { DamageList } from './damage-list.ts';
import { toDataOption } from './data-option.ts';

/** A run that is there. */
export interface FoundRun {
  readonly id: string;
  /** Undefined if it is damaged. */
  readonly record: RunRecord | undefined;
}

/**
 * Finds a run by its id, the beginning of it, or `last`.
 *
 * @param damage Where the store tells what is damaged; default: it rejects.
 * @throws {TroupeError} `RUN_NOT_FOUND` if there is none, or more than one that begins so; `STORE_FAILED` if its record
 * is damaged.
 */
export async function findRun(
  store: MemoryStore,
  directory: string,
  name: string,
  damage?: DamageList,
): Promise<RunRecord> {
  const { id, record } = await findAnyRun(store, directory, name, damage);
  if (record !== undefined) return record;
  const problem = damage?.all.find((one) => one.run === id && one.agent === undefined)?.problem;
  const show = `troupe show ${id}${toDataOption(directory)}`;
  throw new TroupeError('STORE_FAILED', `Cannot read run "${id}": ${problem}; "${show}" shows its agents`);
}

/** The same, also for a run whose record is damaged. @throws {TroupeError} `RUN_NOT_FOUND`. */
export async function findAnyRun(
  store: MemoryStore,
  directory: string,
  name: string,
  damage?: DamageList,
): Promise<FoundRun> {
  const records = await store.runs();
  const lost = (damage?.all ?? []).flatMap(({ run, agent }) => (agent === undefined ? (run ?? []) : []));
  const runs: FoundRun[] = [
    ...records.map((record) => ({ id: record.id, record })),
    ...[...new Set(lost)]
      .filter((id) => !records.some((record) => record.id === id))
      .map((id) => ({ id, record: undefined })),
  ];
  const [newest] = runs;
  if (newest === undefined)
    throw notFound(name, existsSync(directory) ? `"${directory}" holds no runs` : `"${directory}" does not exist`);
  if (name === 'last') return newest;
  const exact = runs.find((run) => run.id === name);
  if (exact !== undefined) return exact;
  const matching = runs.filter((run) => run.id.startsWith(name));
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  const ids = matching.slice(0, 5).map((run) => run.id);
  const list = `no such run; "troupe runs${toDataOption(directory)}" lists them`;
  throw notFound(name, only === undefined ? list : `it may be ${ids.join(', ')}`);
}

function notFound(name: string, why: string): TroupeError {
  return new TroupeError('RUN_NOT_FOUND', `Cannot find run "${name}": ${why}`);
}

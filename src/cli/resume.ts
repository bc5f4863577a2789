import { TroupeError } from '../base/errors.ts';
import { openLmdbStore } from '../memory/lmdb.ts';
import { parseScenario } from '../scenario/load.ts';
import { findRun } from './find-run.ts';
import { type PerformOptions, perform } from './perform.ts';

/** `troupe resume RUN`: goes on with a run that was stopped or killed. @returns The exit status. */
export async function resume(name: string, options: Omit<PerformOptions, 'set' | 'seed'>): Promise<number> {
  const store = await openLmdbStore(options.data, { readOnly: true });
  const record = await findRun(store, options.data, name).finally(() => store.close());
  if (record.status !== 'running' && record.status !== 'interrupted') {
    throw new TroupeError('USAGE', `Cannot resume run "${record.id}": it has ended as ${record.status}`);
  }
  const scenario = parseScenario(record.source, { name: `run ${record.id}`, folder: record.folder });
  return (await perform(scenario, { ...options, set: [] }, { virtual: record.virtual, resume: record })).status;
}

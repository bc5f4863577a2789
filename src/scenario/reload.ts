import { existsSync } from 'node:fs';
import { TroupeError } from '../base/errors.ts';
import type { RunRecord, Scenario } from '../protocol.ts';
import { loadScenario, parseScenario, ScenarioError } from './load.ts';

/**
 * The scenario of a run that is gone on with: as it ran, unless its file has changed and the change is accepted.
 *
 * A file that is not there any more, and a run from code, go on as they ran.
 *
 * @param acceptChanges Go on with the file as it is now.
 * @throws {TroupeError} `SCENARIO_CHANGED` if the file has changed and that is not accepted.
 * @throws {ScenarioError} If what is accepted is wrong.
 */
export async function reloadScenario(record: RunRecord, acceptChanges: boolean): Promise<Scenario> {
  const { file, set = [], source, folder, id } = record;
  const origin = { ...(file !== undefined && { file }), ...(set.length > 0 && { set }) };
  if (file === undefined || !existsSync(file)) {
    return { ...parseScenario(source, { name: `run ${id}`, folder }), ...origin };
  }
  const now = await loadScenario(file, { set }).catch((error: unknown) => {
    if (error instanceof ScenarioError && !acceptChanges) return undefined;
    throw error;
  });
  if (now?.source === source) return now;
  if (acceptChanges && now !== undefined) return now;
  const message = `Cannot resume run "${id}": "${file}" has changed since; --accept-changes goes on with it as it is now`;
  throw new TroupeError('SCENARIO_CHANGED', message);
}

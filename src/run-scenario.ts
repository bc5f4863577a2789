import type { RunSummary } from './protocol.ts';
import { type Run, type RunOptions, startRun } from './run.ts';
import { loadScenario, parseScenario } from './scenario/load.ts';

export interface RunScenarioOptions extends RunOptions {
  /** Overrides of scenario values, as `path=value`. */
  readonly set?: readonly string[];
}

/**
 * Starts a scenario and returns the run under way.
 *
 * @param scenario A file's path, or an object of the same shape as a scenario file; relative paths in an object start
 * at the current directory.
 * @throws {ScenarioError} With everything that is wrong with the scenario.
 * @throws {TroupeError} `STORE_UNAVAILABLE` or `STORE_BUSY` for the data directory.
 */
export async function startScenario(scenario: string | object, options: RunScenarioOptions = {}): Promise<Run> {
  const { set = [], models = [], tools = [] } = options;
  const known = { models: models.map((model) => model.name), tools: tools.map((tool) => tool.name) };
  const loaded =
    typeof scenario === 'string'
      ? await loadScenario(scenario, { set, known })
      : parseScenario(JSON.stringify(scenario), { name: 'scenario', folder: process.cwd(), set, known });
  return startRun(loaded, options);
}

/** Runs a scenario to its end. See `startScenario` for the arguments and errors. */
export async function runScenario(scenario: string | object, options: RunScenarioOptions = {}): Promise<RunSummary> {
  const run = await startScenario(scenario, options);
  return run.finished;
}

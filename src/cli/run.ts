import { loadScenario } from '../scenario/load.ts';
import { type PerformOptions, perform } from './perform.ts';

/** `troupe run FILE`: live, on the real clock. @returns The exit status. */
export async function run(file: string, options: PerformOptions): Promise<number> {
  const scenario = await loadScenario(file, { set: options.set });
  return (await perform(scenario, options, { virtual: false })).status;
}

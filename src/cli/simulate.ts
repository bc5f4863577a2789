import pc from 'picocolors';
import { TroupeError } from '../base/errors.ts';
import type { RunSummary, Scenario } from '../protocol.ts';
import { loadScenario } from '../scenario/load.ts';
import { type PerformOptions, perform } from './perform.ts';
import { formatMs } from './table.ts';

/** More seeds than this in one go are a slip of the finger. */
const SEEDS_MAX = 100_000;

export interface SimulateOptions extends PerformOptions {
  readonly seeds?: string;
}

/** `troupe simulate FILE [--seeds A..B]`: in virtual time. @returns The exit status, the worst of all seeds. */
export async function simulate(file: string, options: SimulateOptions): Promise<number> {
  const scenario = await loadScenario(file, { set: options.set });
  if (options.seeds === undefined) return (await perform(scenario, options, { virtual: true })).status;
  return sweep(scenario, options, toSeeds(options.seeds));
}

/** A line a seed; a seed that fails can be rehearsed again alone. */
async function sweep(
  scenario: Scenario,
  options: SimulateOptions,
  [first, last]: readonly [number, number],
): Promise<number> {
  for (const option of ['seed', 'events', 'out', 'record', 'replay', 'hold'] as const) {
    if (options[option] !== undefined) {
      throw new TroupeError('USAGE', `Cannot use --${option} with --seeds: it belongs to one rehearsal`);
    }
  }
  const out = options.json ? process.stderr : process.stdout;
  // A thousand rehearsals are looked at by their seed, not kept.
  const forgetful = { ...scenario, memory: { ...scenario.memory, store: 'in-memory' as const } };
  const summaries: RunSummary[] = [];
  const failed: number[] = [];
  let worst = 0;
  for (let seed = first; seed <= last; seed++) {
    const { summary, status } = await perform(forgetful, { ...options, seed }, { virtual: true, quiet: true });
    summaries.push(summary);
    worst = Math.max(worst, status);
    if (status !== 0) failed.push(seed);
    const unmet = summary.expectations
      .filter((expectation) => !expectation.pass)
      .map((e) => `${e.expect} (${e.actual})`);
    const mark = status === 0 ? pc.green('ok  ') : pc.red('fail');
    out.write(`${mark}  seed ${seed}  ${summary.status} in ${formatMs(summary.virtualMs)}  ${unmet.join('; ')}\n`);
    if (summary.status === 'interrupted') break;
  }
  out.write(`${summaries.length - failed.length} of ${summaries.length} seeds met their expectations\n`);
  const [seed] = failed;
  if (seed !== undefined) out.write(`Look at one again with: troupe simulate ... --seed ${seed}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ seeds: summaries.length, failed, summaries })}\n`);
  return worst;
}

function toSeeds(text: string): readonly [number, number] {
  const [, from, to] = /^(\d{1,15})\.\.(\d{1,15})$/.exec(text) ?? [];
  const first = Number(from);
  const last = Number(to);
  if (from === undefined || to === undefined || last < first || last - first >= SEEDS_MAX) {
    throw new TroupeError(
      'USAGE',
      `Cannot read --seeds "${text}": expected A..B, such as 1..100, at most ${SEEDS_MAX} seeds`,
    );
  }
  return [first, last];
}

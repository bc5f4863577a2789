import { TroupeError } from '../base/errors.ts';
import { describeMachines, type Machines } from '../machines.ts';
import { toChartGraph } from '../monitor/chart/graph.ts';
import { toMermaid } from '../monitor/chart/mermaid.ts';
import type { Elk } from '../monitor/chart/place-boxes.ts';
import { toTopology } from '../monitor/chart/topology.ts';
import { toTopologyMermaid } from '../monitor/chart/topology-mermaid.ts';
import { loadScenario } from '../scenario/load.ts';

export interface ChartOptions {
  readonly format: 'mermaid' | 'json' | 'svg';
  /** Default: the agents'. */
  readonly machine?: keyof Machines;
  readonly set: readonly string[];
}

/**
 * `troupe chart [FILE]`: a state machine, or with a file who talks to whom in that scenario.
 *
 * @returns The exit status: 0.
 * @throws {TroupeError} `USAGE`, and `SCENARIO_INVALID` for a file with something wrong in it.
 */
export async function chart(file: string | undefined, options: ChartOptions): Promise<number> {
  process.stdout.write(file === undefined ? await toMachineText(options) : await toScenarioText(file, options));
  return 0;
}

async function toMachineText({ format, machine = 'agent', set }: ChartOptions): Promise<string> {
  if (set.length > 0) throw new TroupeError('USAGE', 'Cannot use --set without a scenario file');
  const config = describeMachines()[machine];
  if (format === 'json') return toJsonText(config);
  const graph = toChartGraph(config);
  if (format === 'mermaid') return toMermaid(graph);
  const { layoutChart } = await import('../monitor/chart/layout.ts');
  const { toSvg } = await import('../monitor/chart/svg.ts');
  return toSvg(await layoutChart(graph, await createElk()));
}

async function toScenarioText(file: string, { format, machine, set }: ChartOptions): Promise<string> {
  if (machine !== undefined) {
    throw new TroupeError('USAGE', `Cannot use --machine with "${file}": a scenario's chart shows who talks to whom`);
  }
  const topology = toTopology(await loadScenario(file, { set }));
  if (format === 'json') return toJsonText(topology);
  if (format === 'mermaid') return toTopologyMermaid(topology);
  const { layoutTopology } = await import('../monitor/chart/topology-layout.ts');
  const { toTopologySvg } = await import('../monitor/chart/topology-svg.ts');
  return toTopologySvg(await layoutTopology(topology, await createElk()));
}

function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Only an SVG needs it, and it is 1.6 MB. */
async function createElk(): Promise<Elk> {
  const { default: elk } = await import('elkjs/lib/elk.bundled.js');
  return new elk.default();
}

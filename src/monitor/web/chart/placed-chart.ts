import { type ReadonlySignal, signal } from '@preact/signals';
import type { Json } from '../../../protocol.ts';
import { toChartGraph } from '../../chart/graph.ts';
import { layoutChart, type PlacedChart } from '../../chart/layout.ts';
import { loadElk } from './load-elk.ts';
import { toPlainGraph } from './plain-graph.ts';

export interface ChartResult {
  readonly chart?: PlacedChart;
  /** Why there is none. */
  readonly problem?: string;
}

/** `bare`: states and arrows; `plain`: what the transitions wait for too; `detailed`: actions and internal ones too. */
export type ChartDetail = 'bare' | 'plain' | 'detailed';

const placed = new Map<string, ReadonlySignal<ChartResult>>();

/** A machine's chart with a place for everything; empty until it is worked out, which happens in a worker. */
export function placedChart(config: Json, detail: ChartDetail): ReadonlySignal<ChartResult> {
  const key = JSON.stringify([detail, config]);
  const known = placed.get(key);
  if (known !== undefined) return known;
  const result = signal<ChartResult>({});
  placed.set(key, result);
  place(config, detail).then(
    (chart) => {
      result.value = { chart };
    },
    (error: unknown) => {
      placed.delete(key);
      result.value = { problem: error instanceof Error ? error.message : String(error) };
    },
  );
  return result;
}

async function place(config: Json, detail: ChartDetail): Promise<PlacedChart> {
  const graph = toChartGraph(config);
  return layoutChart(detail === 'detailed' ? graph : toPlainGraph(graph, detail === 'plain'), await loadElk());
}

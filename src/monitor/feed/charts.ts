import type { Fold } from '../history/fold.ts';
import type { Latencies } from '../history/latencies.ts';
import type { ChartsMessage, LatencyRow } from '../messages.ts';
import { AGENT_STATES } from '../states.ts';
import type { Watch } from './watch.ts';

/** The event loop's delay over time, as far as somebody watched. */
export interface LoopDelays {
  readonly at: number[];
  readonly p50: number[];
  readonly p99: number[];
}

type Charts = Omit<ChartsMessage, 'id'>;

/**
 * The numbers of a run.
 *
 * @param options.first The first bucket to tell. Default 0: all of them.
 * @param options.at As of this moment. Default: now.
 */
export function toCharts(watch: Watch, loopDelays: LoopDelays, options: { first?: number; at?: number } = {}): Charts {
  const { first = 0, at } = options;
  const fold = watch.foldAt(at);
  const { history, series } = watch;
  const delays = at === undefined ? loopDelays : cut(loopDelays, at);
  return {
    type: 'charts',
    at: at ?? watch.at,
    widthMs: series.widthMs,
    first,
    buckets: series.read(first, fold, at),
    totals: { ...fold.totals },
    flow: toFlow(fold),
    tools: toRows(fold.tools, history.names),
    models: toRows(fold.models, history.names),
    loopDelay: delays,
  };
}

function cut({ at, p50, p99 }: LoopDelays, until: number): LoopDelays {
  const count = at.filter((time) => time <= until).length;
  return { at: at.slice(0, count), p50: p50.slice(0, count), p99: p99.slice(0, count) };
}

function toFlow({ flow }: Fold): Record<string, number> {
  const taken: Record<string, number> = {};
  for (const [place, count] of flow.entries()) {
    if (count === 0) continue;
    const from = AGENT_STATES[Math.floor(place / AGENT_STATES.length)];
    taken[`${from}>${AGENT_STATES[place % AGENT_STATES.length]}`] = count;
  }
  return taken;
}

function toRows(latencies: ReadonlyMap<number, Latencies>, names: readonly string[]): LatencyRow[] {
  const rows = [...latencies].map(([name, of]) => of.toRow(names[name] ?? '?'));
  return rows.sort((a, b) => b.calls - a.calls);
}

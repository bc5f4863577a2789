import { useMemo } from 'preact/hooks';
import { formatCount, formatDuration, formatRate } from '../format.ts';
import { palette } from '../palette.ts';
import { shownCharts } from '../store/charts-store.ts';
import { run } from '../store/run-store.ts';
import { range } from '../store/travel-store.ts';
import { Plot } from './plot.tsx';
import { STACK_ORDER, toDelays, toRates, toStack } from './plot-data.ts';

/** Agents by state, turns a second, and the event loop's delay, over time. */
export function FleetCharts() {
  const charts = shownCharts.value;
  const colours = palette.value;
  const data = useMemo(
    () => charts && { stack: toStack(charts), turns: toRates(charts, 'turns'), delays: toDelays(charts) },
    [charts],
  );
  const series = useMemo(
    () => STACK_ORDER.toReversed().map((label) => ({ label, colour: colours.states[label], fill: true })),
    [colours],
  );
  if (charts === undefined || data === undefined) return <p class="hint">No numbers yet.</p>;
  const span = { from: range.value.from / 1000, to: Math.max(charts.at, range.peek().to) / 1000 };
  const agents = run.value?.agents ?? 0;
  const delay = data.delays[1]?.at(-1);
  return (
    <>
      <Plot
        title="Agents by state"
        value={formatCount(agents, 'agent')}
        series={series}
        data={data.stack}
        {...span}
        least={agents / 1.05}
      />
      <Plot
        title="Turns a second"
        value={`${formatRate(data.turns[1]?.at(-1) ?? 0)} /s, ${formatCount(charts.totals.turns, 'turn')}`}
        series={[{ label: 'turns', colour: colours.accent, fill: false }]}
        data={data.turns}
        {...span}
        least={1}
      />
      {delay !== undefined && (
        <Plot
          title="Event-loop delay, p99"
          value={formatDuration(delay)}
          series={[{ label: 'delay', colour: colours.accent, fill: false }]}
          data={data.delays}
          {...span}
          least={5}
        />
      )}
    </>
  );
}

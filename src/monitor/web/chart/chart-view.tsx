import { formatNumber } from '../format.ts';
import { navigate, query, setQuery } from '../router.ts';
import { StateDot } from '../shell/state-dot.tsx';
import { StatelyLink } from '../shell/stately-link.tsx';
import { flowRates, shownCharts } from '../store/charts-store.ts';
import { counts } from '../store/fleet-store.ts';
import { welcome } from '../store/run-store.ts';
import { toChartFlow, toStateNumbers } from './chart-numbers.ts';
import { type ChartDetail, placedChart } from './placed-chart.ts';
import { StateChart } from './state-chart.tsx';
import { supervisorState } from './supervisor-state.ts';

/** The machines of the run, with all agents in them. */
export function ChartView() {
  const machines = welcome.value?.machines ?? {};
  const names = Object.keys(machines);
  const chosen = names.find((name) => name === query.value.machine) ?? names[0] ?? '';
  const isDetailed = query.value.detail === '1';
  const config = machines[chosen];
  const isLiveFlow = flowRates.value !== undefined;
  return (
    <section class="chart" aria-label="State machine">
      <div class="filters">
        <label>
          Machine{' '}
          <select value={chosen} onChange={({ currentTarget }) => setQuery({ machine: currentTarget.value })}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="chip"
          aria-pressed={isDetailed}
          onClick={() => setQuery({ detail: isDetailed ? '' : '1' })}
        >
          Guards and actions
        </button>
        {chosen === 'agent' && <OutsideChart />}
        <span class="muted">
          {chosen === 'agent' &&
            (isLiveFlow ? 'Arrows: transitions a second, now' : 'Arrows: transitions taken so far')}
        </span>
        <StatelyLink />
      </div>
      {config !== undefined && <Drawing key={`${chosen} ${isDetailed}`} machine={chosen} isDetailed={isDetailed} />}
    </section>
  );
}

function Drawing({ machine, isDetailed }: { readonly machine: string; readonly isDetailed: boolean }) {
  const config = welcome.value?.machines[machine];
  if (config === undefined) return null;
  const { chart, problem } = placedChart(config, toDetail(isDetailed)).value;
  if (problem !== undefined) return <p class="hint">The chart cannot be drawn: {problem}</p>;
  if (chart === undefined) return <p class="hint">Placing the boxes…</p>;
  if (machine !== 'agent') {
    return (
      <div class="chart-frame">
        <StateChart chart={chart} active={supervisorState.value} />
      </div>
    );
  }
  const names = chart.states.map(({ id }) => id);
  return (
    <div class="chart-frame">
      <StateChart
        chart={chart}
        numbers={toStateNumbers(counts.value, names)}
        flow={toChartFlow(flowRates.value ?? shownCharts.value?.flow ?? {})}
        flowUnit={flowRates.value === undefined ? '' : '/s'}
        onState={showState}
      />
    </div>
  );
}

/** A narrow page has no room for what the transitions wait for. */
function toDetail(isDetailed: boolean): ChartDetail {
  if (isDetailed) return 'detailed';
  return matchMedia('(max-width: 600px)').matches ? 'bare' : 'plain';
}

/** Where agents are that are in no box. */
function OutsideChart() {
  return (
    <>
      {(['unstarted', 'stopped'] as const).map((state) => (
        <button
          key={state}
          type="button"
          class="chip"
          data-testid={`state-${state}`}
          data-count={counts.value[state]}
          onClick={() => showState(state)}
        >
          <StateDot state={state} /> {state} <b>{formatNumber(counts.value[state])}</b>
        </button>
      ))}
    </>
  );
}

/** In the fleet; who rests in `observe` is meant too. */
function showState(state: string): void {
  navigate({ view: 'fleet', query: { state: state === 'observe' ? 'observe,waiting,paused' : state } });
}

import type { AgentState } from '../../states.ts';
import { toChartState } from '../chart/chart-numbers.ts';
import { placedChart } from '../chart/placed-chart.ts';
import { StateChart } from '../chart/state-chart.tsx';
import type { PathStep } from '../fold/state-path.ts';
import { formatClock } from '../format.ts';
import { StateDot } from '../shell/state-dot.tsx';
import { StatelyLink } from '../shell/stately-link.tsx';
import { welcome } from '../store/run-store.ts';

const ARROWS = 6;
const STEPS = 12;

/** Where the agent is in its chart, and how it came there. */
export function AgentPath({ state, path }: { readonly state: AgentState; readonly path: readonly PathStep[] }) {
  const config = welcome.value?.machines.agent;
  if (config === undefined) return null;
  const { chart, problem } = placedChart(config, 'bare').value;
  const taken = path
    .slice(-ARROWS - 1)
    .map((step, index, steps) => {
      const before = steps[index - 1];
      return before === undefined ? '' : `${toChartState(before.state)}>${toChartState(step.state)}`;
    })
    .filter((key) => key !== '')
    .reverse();
  return (
    <div class="agent-path">
      {problem !== undefined && <p class="hint">The chart cannot be drawn: {problem}</p>}
      {chart === undefined ? (
        <p class="hint">Placing the boxes…</p>
      ) : (
        <StateChart chart={chart} active={toChartState(state)} path={taken} />
      )}
      <details>
        <summary>Recent transitions</summary>
        <ol class="path-steps">
          {path
            .slice(-STEPS)
            .reverse()
            .map((step) => (
              <li key={`${step.at} ${step.state}`}>
                <span class="mono muted">{formatClock(step.at)}</span> <StateDot state={step.state} /> {step.state}
              </li>
            ))}
        </ol>
      </details>
      <StatelyLink />
    </div>
  );
}

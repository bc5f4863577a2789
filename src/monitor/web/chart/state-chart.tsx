import { INITIAL_RADIUS_PX, type PlacedChart } from '../../chart/layout.ts';
import { toArrowPath, toTipPath } from './arrow-path.ts';
import type { StateNumbers } from './chart-numbers.ts';
import { StateBox } from './state-box.tsx';
import { TransitionArrow } from './transition-arrow.tsx';

export interface StateChartProps {
  readonly chart: PlacedChart;
  /** The state it is in. */
  readonly active?: string | undefined;
  /** The transitions taken last, `source>target`, newest first. */
  readonly path?: readonly string[];
  readonly numbers?: ReadonlyMap<string, StateNumbers>;
  /** How often each transition is taken, by `source>target`. */
  readonly flow?: Readonly<Record<string, number>> | undefined;
  readonly flowUnit?: string;
  readonly onState?: (state: string) => void;
}

/** A state machine as statecharts are drawn. */
export function StateChart(props: StateChartProps) {
  const { chart, active, path = [], numbers, flow, flowUnit = '', onState } = props;
  const most = Math.max(0, ...Object.values(flow ?? {}));
  const seen = new Set<string>();
  return (
    <svg class="state-chart" viewBox={`0 0 ${chart.width} ${chart.height}`} width={chart.width} height={chart.height}>
      <title>{`State machine ${chart.id}${active === undefined ? '' : `, in ${active}`}`}</title>
      <circle class="initial" cx={chart.initial.x} cy={chart.initial.y} r={INITIAL_RADIUS_PX} />
      <path class="arrow" d={toArrowPath(chart.initial.points)} stroke-width={1.5} />
      <path class="tip-path" d={toTipPath(chart.initial.points, 1.5)} />
      {chart.transitions.map((transition) => {
        const key = `${transition.source}>${transition.target}`;
        // Several arrows between two states share one number: it stands at the first.
        const isFirst = !seen.has(key);
        seen.add(key);
        return (
          <TransitionArrow
            key={transition.id}
            transition={transition}
            taken={path.indexOf(key)}
            value={isFirst ? flow?.[key] : undefined}
            most={most}
            unit={flowUnit}
          />
        );
      })}
      {chart.states.map((state) => (
        <StateBox
          key={state.id}
          state={state}
          isActive={state.id === active}
          numbers={numbers?.get(state.id)}
          onSelect={onState}
        />
      ))}
    </svg>
  );
}

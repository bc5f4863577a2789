import { AGENT_STATES, type AgentState } from '../../states.ts';
import { formatNumber } from '../format.ts';
import { toggleName } from '../route.ts';
import { setQuery } from '../router.ts';
import { counts, filter } from '../store/fleet-store.ts';
import { welcome } from '../store/run-store.ts';
import { StateDot } from './state-dot.tsx';

/** Shown only while some agent is in them. */
const RARE: readonly AgentState[] = ['unstarted', 'paused', 'stopped'];

/** How many agents are in each state; a click looks at those alone. */
export function StateCounts() {
  if (welcome.value === undefined) return null;
  return (
    <fieldset class="state-counts" aria-label="Agents by state">
      {AGENT_STATES.filter(isShown).map((state) => (
        <StateCount key={state} state={state} />
      ))}
    </fieldset>
  );
}

function isShown(state: AgentState): boolean {
  return counts.value[state] > 0 || !RARE.includes(state) || filter.value.states.includes(state);
}

function StateCount({ state }: { readonly state: AgentState }) {
  const count = counts.value[state];
  const { states } = filter.value;
  return (
    <button
      type="button"
      class={`chip${count === 0 ? ' is-empty' : ''}`}
      aria-pressed={states.includes(state)}
      aria-label={`${state}: ${count}`}
      data-testid={`count-${state}`}
      title={`Look at ${state} alone`}
      onClick={() => setQuery({ state: toggleName(states, state).join(',') })}
    >
      <StateDot state={state} />
      <span>{state}</span>
      <b>{formatNumber(count)}</b>
    </button>
  );
}

import { useEffect } from 'preact/hooks';
import { AGENT_STATES } from '../../states.ts';
import { formatDuration } from '../format.ts';
import { navigate, setQuery, toHref } from '../router.ts';
import { StateDot } from '../shell/state-dot.tsx';
import { filter, findAgents, fleetVersion, shownFleet } from '../store/fleet-store.ts';
import { agentNames } from '../store/run-store.ts';
import { followSlowest, slowest } from '../store/slowest-store.ts';

const LISTED = 12;
const FAILED = AGENT_STATES.indexOf('failed');

/** Finds an agent to look at. */
export function AgentPicker() {
  useEffect(() => followSlowest(), []);
  fleetVersion.value;
  const names = agentNames.value;
  const found = findAgents(LISTED);
  const { states } = shownFleet.value;
  const failed: number[] = [];
  for (let position = 0; position < states.length && failed.length < LISTED; position++) {
    if (states[position] === FAILED) failed.push(position);
  }
  return (
    <div class="picker">
      <search>
        <input
          type="search"
          aria-label="Search an agent"
          placeholder="Search an agent, such as analyst/17"
          value={filter.value.text}
          onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
          onKeyDown={({ key }) => {
            const agent = names[found[0] ?? -1];
            if (key === 'Enter' && agent !== undefined) navigate({ view: 'agent', agent });
          }}
        />
      </search>
      <List title="Found" positions={found} empty="No agent fits the search and the filters." />
      <List title="Failed" positions={failed} empty="None has failed." />
      <section>
        <h2 class="panel-title">Slowest</h2>
        {slowest.value.length === 0 && <p class="muted">Nothing has been measured yet.</p>}
        <ul>
          {slowest.value.slice(0, LISTED).map(({ agent, ms }) => (
            <li key={agent}>
              <a href={toHref({ view: 'agent', agent })}>{agent}</a> <span class="muted">{formatDuration(ms)}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

interface ListProps {
  readonly title: string;
  readonly positions: readonly number[];
  readonly empty: string;
}

function List({ title, positions, empty }: ListProps) {
  return (
    <section>
      <h2 class="panel-title">{title}</h2>
      {positions.length === 0 && <p class="muted">{empty}</p>}
      <ul>
        {positions.map((position) => {
          const agent = agentNames.value[position] ?? '';
          const state = shownFleet.value.stateOf(position);
          return (
            <li key={agent}>
              <StateDot state={state} /> <a href={toHref({ view: 'agent', agent })}>{agent}</a>{' '}
              <span class="muted">{state}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

import { formatCount, formatNumber } from '../format.ts';
import { toggleName } from '../route.ts';
import { navigate, setQuery } from '../router.ts';
import { filter, findAgents, fleetVersion, matcher, shownFleet } from '../store/fleet-store.ts';
import { agentNames, groups } from '../store/run-store.ts';
import { cursor } from './fleet-cursor.ts';

const GROUP_CHIPS_MAX = 12;

/** Chooses who is looked at. */
export function FleetFilters() {
  const { text, groups: chosen, failures } = filter.value;
  return (
    <search class="filters">
      <input
        type="search"
        placeholder="Search ( / )"
        aria-label="Search an agent"
        value={text}
        onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
        onKeyDown={({ key }) => key === 'Enter' && openFirst()}
      />
      {groups.value.length > 1 && groups.value.length <= GROUP_CHIPS_MAX && (
        <fieldset class="chips" aria-label="Groups">
          {groups.value.map(({ name, count }) => (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed={chosen.includes(name)}
              onClick={() => setQuery({ group: toggleName(chosen, name).join(',') })}
            >
              {name} <span class="muted">{formatNumber(count)}</span>
            </button>
          ))}
        </fieldset>
      )}
      {groups.value.length > GROUP_CHIPS_MAX && <GroupSelect />}
      <button
        type="button"
        class="chip"
        aria-pressed={failures}
        onClick={() => setQuery({ failures: failures ? '' : '1' })}
      >
        Failures only
      </button>
      <Found />
    </search>
  );
}

export function GroupSelect() {
  const { groups: chosen } = filter.value;
  return (
    <select
      aria-label="Group"
      value={chosen[0] ?? ''}
      onChange={({ currentTarget }) => setQuery({ group: currentTarget.value })}
    >
      <option value="">all groups</option>
      {groups.value.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

function Found() {
  fleetVersion.value;
  if (!matcher.value.isActive) return null;
  const count = findAgents(shownFleet.value.states.length).length;
  return (
    <>
      <span class="muted" role="status">
        {count === 0 ? 'No agent fits' : formatCount(count, 'agent')}
      </span>
      <button type="button" class="is-quiet" onClick={() => setQuery({ q: '', group: '', state: '', failures: '' })}>
        Clear
      </button>
    </>
  );
}

/** The cursor goes to the first that fits; the only one is opened. */
function openFirst(): void {
  const [first, second] = findAgents(2);
  if (first === undefined) return;
  cursor.value = first;
  const agent = agentNames.peek()[first];
  if (second === undefined && agent !== undefined) navigate({ view: 'agent', agent });
}

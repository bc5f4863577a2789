import { GroupSelect } from '../fleet/fleet-filters.tsx';
import { query, setQuery } from '../router.ts';
import { groups } from '../store/run-store.ts';
import { EVENT_TYPES } from './event-types.ts';

export function LogFilters() {
  const { q = '', type = '', failures } = query.value;
  const isFiltered = ['q', 'type', 'failures', 'group'].some((key) => query.value[key] !== undefined);
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Search an agent"
        placeholder="Agent ( / )"
        value={q}
        onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
      />
      {groups.value.length > 1 && <GroupSelect />}
      <select
        aria-label="Type of event"
        value={type}
        onChange={({ currentTarget }) => setQuery({ type: currentTarget.value })}
      >
        <option value="">all types</option>
        {EVENT_TYPES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button
        type="button"
        class="chip"
        aria-pressed={failures === '1'}
        onClick={() => setQuery({ failures: failures === '1' ? '' : '1' })}
      >
        Failures only
      </button>
      {isFiltered && (
        <button type="button" class="is-quiet" onClick={() => setQuery({ q: '', type: '', failures: '', group: '' })}>
          Clear
        </button>
      )}
    </search>
  );
}

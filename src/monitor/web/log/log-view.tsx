import { useEffect } from 'preact/hooks';
import { formatNumber } from '../format.ts';
import { followLog, requestPastLog } from '../session.ts';
import { shownLog } from '../store/log-store.ts';
import { connectionState } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';
import { EventLines } from './event-lines.tsx';
import { logFilter } from './log-filter.ts';
import { LogFilters } from './log-filters.tsx';

/** The events of all agents, the newest last. */
export function LogView() {
  const filter = logFilter.value;
  const key = JSON.stringify(filter);
  const at = travelAt.value;
  const isOpen = connectionState.value === 'open';
  useEffect(() => followLog(filter), [key]);
  useEffect(() => {
    if (at !== undefined && isOpen) requestPastLog({ at, filter });
  }, [key, at, isOpen]);
  const { events, missed } = shownLog.value;
  return (
    <section class="log" aria-label="Log">
      <LogFilters />
      {missed > 0 && (
        <p class="is-note">
          {formatNumber(missed)} events left out: more came than can be shown. Filter to see all of some agents.
        </p>
      )}
      {events.length === 0 ? (
        <p class="hint">No event fits. Choose other filters, or wait.</p>
      ) : (
        <EventLines events={events} hasAgent revision={at === undefined ? key : events} />
      )}
    </section>
  );
}

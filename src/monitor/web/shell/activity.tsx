import { liveCharts } from '../store/charts-store.ts';
import { range } from '../store/travel-store.ts';
import { toActivity } from './activity-path.ts';

/** Behind the scrubber: how busy the run was at each time, and where something failed. */
export function Activity() {
  const charts = liveCharts.value;
  if (charts === undefined) return null;
  const { busy, failed } = toActivity(charts, range.value);
  return (
    <svg class="activity" viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
      <path class="busy" d={busy} />
      <path class="failed" d={failed} />
    </svg>
  );
}

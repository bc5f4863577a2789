import { FleetCanvas } from './fleet-canvas.tsx';
import { FleetCharts } from './fleet-charts.tsx';
import { FleetFilters } from './fleet-filters.tsx';
import { LatencyTable } from './latency-table.tsx';

/** All agents at a glance, and the run's numbers beside them. */
export function FleetView() {
  return (
    <div class="fleet">
      <section class="fleet-agents" aria-label="Agents">
        <FleetFilters />
        <FleetCanvas />
      </section>
      <aside class="fleet-numbers" aria-label="Numbers">
        <FleetCharts />
        <LatencyTable />
      </aside>
    </div>
  );
}

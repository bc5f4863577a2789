import { BudgetBars } from './budget-bars.tsx';
import { FleetCanvas } from './fleet-canvas.tsx';
import { FleetCharts } from './fleet-charts.tsx';
import { FleetFilters } from './fleet-filters.tsx';
import { LatencyTable } from './latency-table.tsx';
import { ModelLimits } from './model-limits.tsx';
import { SpentTable } from './spent-table.tsx';

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
        <BudgetBars />
        <ModelLimits />
        <LatencyTable />
        <SpentTable />
      </aside>
    </div>
  );
}

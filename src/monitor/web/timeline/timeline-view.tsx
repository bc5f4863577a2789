import { useSignal } from '@preact/signals';
import { formatDuration } from '../format.ts';
import { toHref } from '../router.ts';
import { range } from '../store/travel-store.ts';
import { placeRows, type RowPlace } from './row-places.ts';
import { setTimelineAgents, timelineAgents } from './timeline-agents.ts';
import { TimelineCanvas } from './timeline-canvas.tsx';
import { findLongest } from './timeline-row.ts';
import { TimelineTools } from './timeline-tools.tsx';
import { useTimelineRows } from './use-timeline-rows.ts';
import type { Viewport } from './viewport.ts';

/** What some agents did when, side by side. */
export function TimelineView() {
  const agents = timelineAgents();
  const rows = useTimelineRows(agents);
  const places = placeRows(rows);
  const longest = findLongest(rows);
  /** Undefined: all of the time. */
  const chosen = useSignal<Viewport | undefined>(undefined);
  const { from, to } = range.value;
  const whole = { start: from, end: Math.max(to, from + 1) };
  return (
    <section class="timeline" aria-label="Timeline">
      <TimelineTools agents={agents} whole={whole} chosen={chosen} />
      {agents.length === 0 ? (
        <p class="hint">No agent fits. Choose other filters in the fleet, or add agents here.</p>
      ) : (
        <div class="timeline-frame">
          <ul class="timeline-labels">
            {places.map((place) => (
              <Label key={place.row.agent} place={place} agents={agents} isLongest={place.row === longest} />
            ))}
          </ul>
          <TimelineCanvas places={places} longest={longest?.agent} whole={whole} chosen={chosen} />
        </div>
      )}
    </section>
  );
}

interface LabelProps {
  readonly place: RowPlace;
  readonly agents: readonly string[];
  readonly isLongest: boolean;
}

function Label({ place: { row, height }, agents, isLongest }: LabelProps) {
  const { agent, criticalPathMs } = row;
  return (
    <li class={isLongest ? 'is-longest' : ''} style={{ height: `${height}px` }}>
      <a href={toHref({ view: 'agent', agent })}>{agent}</a>
      <span class="muted" title={isLongest ? 'The longest critical path' : 'Critical path'}>
        {isLongest && (
          <>
            <span aria-hidden="true">◆ </span>
            <span class="visually-hidden">longest critical path </span>
          </>
        )}
        {formatDuration(criticalPathMs)}
      </span>
      <button
        type="button"
        class="is-quiet"
        aria-label={`Take ${agent} out`}
        onClick={() => setTimelineAgents(agents.filter((other) => other !== agent))}
      >
        ×
      </button>
    </li>
  );
}

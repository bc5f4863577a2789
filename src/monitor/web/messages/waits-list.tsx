import type { RunEvent } from '../../../protocol.ts';
import type { WaitsView } from '../../talk-messages.ts';
import { formatClock, formatDuration, formatNumber } from '../format.ts';
import { toEventText } from '../log/event-text.ts';
import { toHref } from '../router.ts';
import { shownAt } from '../store/travel-store.ts';

const SHOWN = 12;

/** Who waits for whose answer. */
export function WaitsList({ waits }: { readonly waits: WaitsView }) {
  const { total, longest } = waits;
  if (total === 0) return null;
  return (
    <section aria-label="Waiting for answers" data-testid="waits">
      <h2 class="panel-title">
        Waiting for answers <span class="plot-value">{formatNumber(total)}</span>
      </h2>
      <ul class="plain-list">
        {longest.slice(0, SHOWN).map(({ agent, for: other, asks, since }) => (
          <li key={`${agent} ${other}`}>
            <a href={toHref({ view: 'agent', agent })}>{agent}</a> for{' '}
            <a href={toHref({ view: 'agent', agent: other })}>{other}</a>{' '}
            <span class="muted">
              {asks > 1 && `${asks} times, `}
              {formatDuration(Math.max(0, shownAt.value - since))}
            </span>
          </li>
        ))}
      </ul>
      {total > SHOWN && <p class="muted">and {formatNumber(total - SHOWN)} who wait less long</p>}
    </section>
  );
}

/** Deadlocks and loops that were broken up, the newest first. */
export function CirclesList({ circles }: { readonly circles: readonly RunEvent[] }) {
  if (circles.length === 0) return null;
  return (
    <section aria-label="Deadlocks and loops" data-testid="circles">
      <h2 class="panel-title">Deadlocks and loops</h2>
      <ul class="plain-list">
        {[...circles].reverse().map((event) => (
          <li key={event.seq}>
            <span class="mono muted">{formatClock(event.at)}</span>{' '}
            <span class="is-bad">{event.type === 'message.deadlock' ? 'deadlock' : 'loop'}</span> {toEventText(event)}
          </li>
        ))}
      </ul>
    </section>
  );
}

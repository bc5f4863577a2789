import { useState } from 'preact/hooks';
import type { Json, RunEvent } from '../../../protocol.ts';
import { formatClock } from '../format.ts';
import { toHref } from '../router.ts';
import { JsonTree } from '../shell/json-tree.tsx';
import { isFailure, toEventText } from './event-text.ts';

interface EventLineProps {
  readonly event: RunEvent;
  readonly hasAgent: boolean;
  readonly onOpen: () => void;
}

/** One event in a line; a click shows all of it. */
export function EventLine({ event, hasAgent, onOpen }: EventLineProps) {
  const [isOpen, setOpen] = useState(false);
  const agent = 'agent' in event ? event.agent : undefined;
  return (
    <li class={`line${isFailure(event) ? ' is-failure' : ''}`}>
      <div class="line-head">
        <span class="mono muted">{formatClock(event.at)}</span>
        {hasAgent && (
          <span class="line-agent">
            {agent === undefined ? (
              <span class="muted">run</span>
            ) : (
              <a href={toHref({ view: 'agent', agent })}>{agent}</a>
            )}
          </span>
        )}
        <button
          type="button"
          class="line-type mono"
          aria-expanded={isOpen}
          aria-label={`${event.type}, show as JSON`}
          onClick={() => {
            if (!isOpen) onOpen();
            setOpen(!isOpen);
          }}
        >
          {event.type}
        </button>
        <span class="line-text">{toEventText(event)}</span>
      </div>
      {isOpen && <JsonTree name="event" value={event as unknown as Json} isOpen />}
    </li>
  );
}

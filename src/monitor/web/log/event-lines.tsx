import { useRef } from 'preact/hooks';
import type { RunEvent } from '../../../protocol.ts';
import { useFollowedEnd } from '../shell/use-followed-end.ts';
import { EventLine } from './event-line.tsx';

/** Shown while lines rush by; all of them are there as soon as somebody stops to read. */
const FOLLOWED_LINES = 200;

interface EventLinesProps {
  readonly events: readonly RunEvent[];
  readonly hasAgent: boolean;
  /** Another one: these are other events, and no continuation. */
  readonly revision: unknown;
}

/**
 * Events, the newest last and in sight. Who scrolls back or opens one reads in peace: until they go back to the newest,
 * nothing changes.
 */
export function EventLines({ events, hasAgent, revision }: EventLinesProps) {
  const { frame, isFollowing } = useFollowedEnd<HTMLOListElement>(events);
  const kept = useRef({ events, revision });
  if (isFollowing.value || kept.current.revision !== revision) kept.current = { events, revision };
  const shown = isFollowing.value ? events.slice(-FOLLOWED_LINES) : kept.current.events;
  const newest = events.at(-1);
  const isBehind = !isFollowing.value && newest !== undefined && newest !== shown.at(-1);
  return (
    <div class="lines-frame">
      <ol class="lines" ref={frame}>
        {shown.map((event, index) => (
          <EventLine
            key={hasAgent ? event.seq : index}
            event={event}
            hasAgent={hasAgent}
            onOpen={() => {
              isFollowing.value = false;
            }}
          />
        ))}
      </ol>
      {isBehind && (
        <button
          type="button"
          class="to-newest"
          onClick={() => {
            isFollowing.value = true;
          }}
        >
          Go to the newest ↓
        </button>
      )}
    </div>
  );
}

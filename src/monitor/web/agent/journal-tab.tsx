import { useMemo } from 'preact/hooks';
import { EventLines } from '../log/event-lines.tsx';
import type { ShownAgent } from './use-agent.ts';

const SHOWN_MAX = 500;

/** The agent's events as they came, the newest last. */
export function JournalTab({ shown }: { readonly shown: ShownAgent }) {
  const events = useMemo(() => shown.events.slice(-SHOWN_MAX), [shown]);
  if (events.length === 0) return <p class="hint">Nothing has happened yet.</p>;
  return <EventLines events={events} hasAgent={false} revision={shown.message} />;
}

import type { Signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { addNotice } from '../store/notices.ts';
import { followSlowest, slowest } from '../store/slowest-store.ts';
import {
  clearTimelineAgents,
  findByText,
  findFailed,
  setTimelineAgents,
  TIMELINE_AGENTS_MAX,
} from './timeline-agents.ts';
import { type Viewport, zoom } from './viewport.ts';

interface TimelineToolsProps {
  readonly agents: readonly string[];
  readonly whole: Viewport;
  readonly chosen: Signal<Viewport | undefined>;
}

/** Chooses the agents and the part of the time. */
export function TimelineTools({ agents, whole, chosen }: TimelineToolsProps) {
  useEffect(() => followSlowest(), []);
  const zoomBy = (factor: number): void => {
    const view = chosen.value ?? whole;
    chosen.value = zoom(view, factor, (view.start + view.end) / 2, whole);
  };
  return (
    <div class="filters">
      <AddAgent agents={agents} />
      <button type="button" class="chip" onClick={() => choose(findFailed(), 'No agent has failed.')}>
        Failed
      </button>
      <button
        type="button"
        class="chip"
        onClick={() =>
          choose(
            slowest.value.map(({ agent }) => agent),
            'Nothing has been measured yet.',
          )
        }
      >
        Slowest
      </button>
      <button type="button" class="chip" onClick={clearTimelineAgents}>
        First of the filter
      </button>
      <span class="timeline-legend muted">
        <span class="dot" data-state="decide" /> decide <span class="dot" data-state="executing-tools" /> tool{' '}
        <span class="dot" data-state="storing" /> storing <span class="dot" data-state="failed" /> failed
        <span class="critical-mark">critical path</span>
      </span>
      <span class="timeline-zoom">
        <button type="button" aria-label="Zoom out" onClick={() => zoomBy(1.5)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => zoomBy(1 / 1.5)}>
          +
        </button>
        <button
          type="button"
          onClick={() => {
            chosen.value = undefined;
          }}
        >
          Fit
        </button>
      </span>
    </div>
  );
}

function choose(agents: readonly string[], none: string): void {
  if (agents.length === 0) addNotice('problem', none);
  else setTimelineAgents(agents);
}

function AddAgent({ agents }: { readonly agents: readonly string[] }) {
  const [text, setText] = useState('');
  const add = (event: Event): void => {
    event.preventDefault();
    const found = findByText(text, agents);
    if (found === undefined) addNotice('problem', `No agent has “${text}” in its name.`);
    else if (agents.length >= TIMELINE_AGENTS_MAX)
      addNotice('problem', `At most ${TIMELINE_AGENTS_MAX} agents fit; take one out first.`);
    else {
      setTimelineAgents([found, ...agents]);
      setText('');
    }
  };
  return (
    <form onSubmit={add}>
      <input
        type="search"
        aria-label="Add an agent"
        placeholder="Add an agent ( / )"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </form>
  );
}

import { useMemo } from 'preact/hooks';
import { toPosition } from '../fleet/agent-names.ts';
import { foldAgent } from '../fold/agent-fold.ts';
import { toStatePath } from '../fold/state-path.ts';
import { query, route, setQuery } from '../router.ts';
import { fleetVersion, shownFleet } from '../store/fleet-store.ts';
import { groups } from '../store/run-store.ts';
import { AgentFacts } from './agent-facts.tsx';
import { AgentPath } from './agent-path.tsx';
import { AgentPicker } from './agent-picker.tsx';
import { ContextTab } from './context-tab.tsx';
import { JournalTab } from './journal-tab.tsx';
import { TranscriptTab } from './transcript-tab.tsx';
import { TurnsTab } from './turns-tab.tsx';
import { useAgent } from './use-agent.ts';

const TABS = ['turns', 'transcript', 'context', 'journal'] as const;
const TAB_NAME = { turns: 'Turns', transcript: 'Transcript', context: 'Context', journal: 'Journal' } as const;

/** One agent, or a choice of them. */
export function AgentView() {
  const { agent } = route.value;
  if (agent === undefined) return <AgentPicker />;
  const position = toPosition(groups.value, agent);
  if (position === undefined) {
    return (
      <div>
        <p class="hint">There is no agent “{agent}” in this run.</p>
        <AgentPicker />
      </div>
    );
  }
  return <KnownAgent key={agent} agent={agent} position={position} />;
}

function KnownAgent({ agent, position }: { readonly agent: string; readonly position: number }) {
  const shown = useAgent(agent);
  fleetVersion.value;
  const state = shownFleet.value.stateOf(position);
  const fold = useMemo(() => foldAgent(shown?.events ?? []), [shown]);
  const path = useMemo(() => toStatePath(shown?.events ?? []), [shown]);
  return (
    <div class="agent">
      <aside class="agent-side" aria-label="Agent">
        <AgentFacts agent={agent} state={state} fold={fold} message={shown?.message} />
        <AgentPath state={state} path={path} />
      </aside>
      <section class="agent-main" aria-label="What it did">
        <AgentTabs />
        {shown === undefined && <p class="hint">Loading…</p>}
        {shown !== undefined && (shown.message.earlier || shown.missed > 0) && (
          <p class="hint is-note">
            {shown.missed > 0
              ? `${shown.missed} events were left out, because this page could not keep up. `
              : 'Only the newest events are here; older ones are in “troupe show”.'}
          </p>
        )}
        {shown !== undefined && <Tab shown={shown} fold={fold} agent={agent} />}
      </section>
    </div>
  );
}

function AgentTabs() {
  const chosen = toTab(query.value.tab);
  return (
    <div class="tabs agent-tabs" role="tablist" aria-label="About the agent">
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          aria-selected={tab === chosen}
          onClick={() => setQuery({ tab: tab === 'turns' ? '' : tab })}
        >
          {TAB_NAME[tab]}
        </button>
      ))}
    </div>
  );
}

interface TabProps {
  readonly agent: string;
  readonly shown: NonNullable<ReturnType<typeof useAgent>>;
  readonly fold: ReturnType<typeof foldAgent>;
}

function Tab({ agent, shown, fold }: TabProps) {
  const tab = toTab(query.value.tab);
  if (tab === 'transcript') return <TranscriptTab shown={shown} />;
  if (tab === 'context') return <ContextTab agent={agent} shown={shown} />;
  if (tab === 'journal') return <JournalTab shown={shown} />;
  return <TurnsTab fold={fold} />;
}

function toTab(name: string | undefined): (typeof TABS)[number] {
  return TABS.find((tab) => tab === name) ?? 'turns';
}

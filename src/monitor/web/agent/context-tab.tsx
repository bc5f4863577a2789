import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { AgentMessage } from '../../messages.ts';
import { toFoldedContext } from '../fold/folded-context.ts';
import { createAgentRequest } from '../session.ts';
import { JsonTree } from '../shell/json-tree.tsx';
import { connectionState } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';
import type { ShownAgent } from './use-agent.ts';

const REFRESH_MS = 1000;
const newest = signal<AgentMessage | undefined>(undefined);
const request = createAgentRequest((message) => {
  newest.value = message;
});

interface ContextTabProps {
  readonly agent: string;
  readonly shown: ShownAgent;
}

/** The agent's context: from the agent itself while it runs, otherwise as its events tell it. */
export function ContextTab({ agent, shown }: ContextTabProps) {
  const isNow = travelAt.value === undefined && connectionState.value === 'open';
  useEffect(() => {
    if (!isNow) return;
    const ask = (): void => request({ agent, limit: 0 });
    ask();
    const timer = setInterval(ask, REFRESH_MS);
    return () => clearInterval(timer);
  }, [agent, isNow]);
  const folded = useMemo(() => toFoldedContext(shown.events), [shown]);
  const fresh = newest.value?.agent === agent ? newest.value.context : undefined;
  const context = travelAt.value === undefined ? fresh : undefined;
  return (
    <div class="context">
      <p class="muted">
        {context === undefined ? 'As its events tell it.' : 'From the agent itself, asked for every second.'}
      </p>
      <JsonTree name="context" value={context ?? folded} isOpen />
      {Object.keys(shown.message.row).length > 0 && <JsonTree name="row" value={shown.message.row} isOpen />}
    </div>
  );
}

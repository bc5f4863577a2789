import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RunEvent } from '../../../protocol.ts';
import type { AgentMessage } from '../../messages.ts';
import { createAgentRequest, followAgent } from '../session.ts';
import { agentRecord } from '../store/agents-store.ts';
import { connectionState } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';

/** An agent as it is at the shown moment. */
export interface ShownAgent {
  readonly message: AgentMessage;
  readonly events: readonly RunEvent[];
  readonly missed: number;
}

const past = signal<AgentMessage | undefined>(undefined);
const requestPast = createAgentRequest((message) => {
  past.value = message;
});

/** Follows an agent while the component is shown. @returns Undefined until the server has answered. */
export function useAgent(agent: string): ShownAgent | undefined {
  useEffect(() => followAgent(agent), [agent]);
  const at = travelAt.value;
  const isOpen = connectionState.value === 'open';
  useEffect(() => {
    if (at !== undefined && isOpen) requestPast({ agent, at });
  }, [agent, at, isOpen]);
  const record = agentRecord(agent).value;
  if (at === undefined) return record;
  const then = past.value;
  return then?.agent === agent ? { message: then, events: then.events, missed: 0 } : undefined;
}

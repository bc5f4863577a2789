import type { RunEvent } from '../../../protocol.ts';
import type { AgentState } from '../../states.ts';

/** From `at` on the agent was in this state. */
export interface PathStep {
  readonly state: AgentState;
  readonly at: number;
}

/** Tells an agent's way through its chart from its events, in order. */
export function toStatePath(events: readonly RunEvent[]): readonly PathStep[] {
  const path: PathStep[] = [];
  let pending = 0;
  const go = (state: AgentState, at: number): void => {
    if (path.at(-1)?.state !== state) path.push({ state, at });
  };
  for (const event of events) {
    if (event.type === 'tool.finished') {
      pending--;
      if (pending === 0) go('storing', event.at);
      continue;
    }
    const state = toState(event);
    if (event.type === 'agent.decided') pending = event.decision.toolCalls.length;
    if (state !== undefined) go(state, event.at);
  }
  return path;
}

function toState(event: RunEvent): AgentState | undefined {
  switch (event.type) {
    case 'agent.started':
    case 'agent.stored':
    case 'agent.resumed':
      return 'observe';
    case 'agent.waiting':
      return 'waiting';
    case 'agent.observed':
      return 'decide';
    case 'agent.decided':
      return event.decision.toolCalls.length > 0 ? 'executing-tools' : 'storing';
    case 'agent.ended':
      return event.status === 'done' || event.status === 'failed' ? event.status : 'stopped';
    default:
      return undefined;
  }
}

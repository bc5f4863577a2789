import type { AgentStatus, RunEvent } from '../protocol.ts';

export type AgentState =
  | 'observe'
  | 'decide'
  | 'executing-tools'
  | 'storing'
  | Extract<AgentStatus, 'done' | 'failed' | 'stopped'>;

/** Where every agent of a run is in its chart, told from the run's events. For displays; attach it only to show it. */
export interface AgentStates {
  onEvent(event: RunEvent): void;
  counts(): Readonly<Record<AgentState, number>>;
}

export function createAgentStates(): AgentStates {
  const states = new Map<string, AgentState>();
  const counts: Record<AgentState, number> = {
    observe: 0,
    decide: 0,
    'executing-tools': 0,
    storing: 0,
    done: 0,
    failed: 0,
    stopped: 0,
  };
  const move = (agent: string, state: AgentState): void => {
    const before = states.get(agent);
    if (before === state) return;
    if (before !== undefined) counts[before]--;
    counts[state]++;
    states.set(agent, state);
  };
  return {
    onEvent(event) {
      const state = toState(event);
      if (state !== undefined && 'agent' in event) move(event.agent, state);
    },
    counts: () => counts,
  };
}

/** The state an agent is in after an event; undefined: the one it was in. */
function toState(event: RunEvent): AgentState | undefined {
  switch (event.type) {
    case 'agent.started':
    case 'agent.waiting':
    case 'agent.stored':
      return 'observe';
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

import { AGENT_STATES, type AgentState } from '../../states.ts';
import { formatCount, formatNumber } from '../format.ts';

/** `200 agents: 12 decide, 188 done.` */
export function describeCounts(counts: Readonly<Record<AgentState, number>>): string {
  const total = AGENT_STATES.reduce((sum, state) => sum + counts[state], 0);
  const parts = AGENT_STATES.filter((state) => counts[state] > 0).map(
    (state) => `${formatNumber(counts[state])} ${state}`,
  );
  return `${formatCount(total, 'agent')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`;
}

import type { RunEvent } from '../../../protocol.ts';

export interface SlowAgent {
  readonly agent: string;
  readonly ms: number;
}

/**
 * The agents that took longest, the slowest first: by the critical path of those that have ended, or else by the longest
 * call.
 */
export function findSlowest(events: readonly RunEvent[], most: number): readonly SlowAgent[] {
  const ended = longest(events, (event) => (event.type === 'agent.ended' ? event.criticalPathMs : undefined));
  const found = ended.length > 0 ? ended : longest(events, toCallMs);
  return found.slice(0, most);
}

function toCallMs(event: RunEvent): number | undefined {
  return event.type === 'agent.decided' || event.type === 'tool.finished' ? event.durationMs : undefined;
}

function longest(events: readonly RunEvent[], measure: (event: RunEvent) => number | undefined): SlowAgent[] {
  const byAgent = new Map<string, number>();
  for (const event of events) {
    const ms = measure(event);
    if (ms === undefined || !('agent' in event)) continue;
    byAgent.set(event.agent, Math.max(ms, byAgent.get(event.agent) ?? 0));
  }
  return [...byAgent].map(([agent, ms]) => ({ agent, ms })).sort((a, b) => b.ms - a.ms);
}

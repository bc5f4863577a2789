import type { RunEvent, RunResult } from '../protocol.ts';

/** The result an event is: an answered observation, or the end of an agent that did not finish; else undefined. */
export function toRunResult(event: RunEvent): RunResult | undefined {
  if (event.type === 'agent.replied') {
    const { agent, turn, at, observation, reply, output } = event;
    const result = { agent, status: 'done', turn, atMs: at, observation, reply } as const;
    return output === undefined ? result : { ...result, output };
  }
  if (event.type === 'agent.ended' && (event.status === 'failed' || event.status === 'stopped')) {
    const { agent, status, turns, at, error } = event;
    return { agent, status, turn: turns, atMs: at, ...(error !== undefined && { error }) };
  }
  return undefined;
}

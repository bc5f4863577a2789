import type { Decision, RunEvent, ToolCall } from '../../../src/protocol.ts';

const AGENT = 'analyst/7';

/** A fact with its number, its agent and its time. */
export function event(at: number, fact: object): RunEvent {
  return { seq: at + 1, at, agent: AGENT, ...fact } as RunEvent;
}

export const call = (id: string, name: string): ToolCall => ({ id, name, args: { of: id } });

export function decision(toolCalls: readonly ToolCall[], reply?: string): Decision {
  return {
    ...(reply !== undefined && { reply }),
    toolCalls,
    final: toolCalls.length === 0,
    usage: { inputTokens: 100, outputTokens: 10 },
    serviceMs: 90,
  };
}

export const finished = (at: number, id: string, name: string, ms: number, isError = false) =>
  event(at, {
    type: 'tool.finished',
    turn: 1,
    result: { callId: id, name, isError, content: isError ? { error: 'no such file' } : [1, 2], serviceMs: ms },
    durationMs: ms,
  });

/** Two turns: one with two calls side by side, of which one fails, and one that answers. */
export const LIFE: readonly RunEvent[] = [
  event(0, { type: 'agent.started', group: 'analyst' }),
  event(10, { type: 'agent.observed', turn: 1, observation: { kind: 'observation', text: 'disk full' } }),
  event(110, {
    type: 'agent.decided',
    turn: 1,
    model: 'small',
    decision: decision([call('c0', 'search'), call('c1', 'metrics')]),
    durationMs: 95,
  }),
  event(110, { type: 'tool.started', turn: 1, call: call('c0', 'search') }),
  event(111, { type: 'tool.started', turn: 1, call: call('c1', 'metrics') }),
  finished(150, 'c1', 'metrics', 38, true),
  finished(310, 'c0', 'search', 199),
  event(320, { type: 'agent.stored', turn: 1 }),
  event(321, { type: 'agent.observed', turn: 2, observation: { kind: 'results', text: '' } }),
  event(420, {
    type: 'agent.decided',
    turn: 2,
    model: 'small',
    decision: decision([], 'Clean it.'),
    durationMs: 99,
  }),
  event(420, { type: 'agent.replied', turn: 2, observation: 'disk full', reply: 'Clean it.' }),
  event(425, { type: 'agent.stored', turn: 2 }),
  event(426, { type: 'agent.ended', status: 'done', turns: 2, criticalPathMs: 379 }),
];

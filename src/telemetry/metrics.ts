import type { RunEvent, RunStatus, RunSummary } from '../protocol.ts';

/** The numbers of a run that its events tell. */
export type EventCounts = Pick<
  RunSummary,
  | 'agents'
  | 'turns'
  | 'replies'
  | 'modelCalls'
  | 'modelFailures'
  | 'toolCalls'
  | 'restarts'
  | 'deadLetters'
  | 'messages'
  | 'tokens'
  | 'costUsd'
  | 'wallMs'
  | 'virtualMs'
  | 'criticalPathMs'
>;

export interface RunMetrics {
  /** Called with every event. */
  onEvent(event: RunEvent): void;
  counts(): EventCounts;
}

/**
 * Counts as events come; a few additions each, since there are a dozen events a turn.
 *
 * @param realElapsed Real milliseconds since any fixed moment, also in a rehearsal.
 */
export function createRunMetrics(realElapsed: () => number): RunMetrics {
  const n = {
    turns: 0,
    replies: 0,
    modelCalls: 0,
    modelFailures: 0,
    restarts: 0,
    deadLetters: 0,
    messages: 0,
    input: 0,
    output: 0,
  };
  const tools = { total: 0, failed: 0 };
  const agents = { total: 0, done: 0, failed: 0, stopped: 0 };
  let criticalPathMs = 0;
  const first = { real: -1, virtual: 0 };
  const last = { real: 0, virtual: 0 };

  const onEnd = (event: RunEvent & { type: 'agent.ended' }): void => {
    if (event.status === 'done' || event.status === 'failed' || event.status === 'stopped') agents[event.status]++;
    criticalPathMs = Math.max(criticalPathMs, event.criticalPathMs);
    last.real = realElapsed();
    last.virtual = event.at;
  };

  const handlers: { [T in RunEvent['type']]?: (event: RunEvent & { type: T }) => void } = {
    'run.started': (event) => {
      agents.total = event.agents;
      agents.done += event.before?.done ?? 0;
      agents.failed += event.before?.failed ?? 0;
      agents.stopped += event.before?.stopped ?? 0;
    },
    'agent.started': (event) => {
      if (first.real >= 0) return;
      first.real = realElapsed();
      first.virtual = event.at;
    },
    'agent.observed': () => {
      n.turns++;
    },
    'agent.decided': ({ decision }) => {
      n.modelCalls++;
      n.input += decision.usage.inputTokens;
      n.output += decision.usage.outputTokens;
    },
    'model.failed': () => {
      n.modelCalls++;
      n.modelFailures++;
    },
    'tool.finished': ({ result }) => {
      tools.total++;
      if (result.isError) tools.failed++;
    },
    'agent.replied': () => {
      n.replies++;
    },
    'agent.restarting': () => void n.restarts++,
    'agent.set-aside': () => void n.deadLetters++,
    'message.sent': () => void n.messages++,
    'agent.ended': onEnd,
  };

  return {
    onEvent(event) {
      (handlers[event.type] as ((event: RunEvent) => void) | undefined)?.(event);
    },
    counts: () => ({
      agents: { ...agents },
      turns: n.turns,
      replies: n.replies,
      modelCalls: n.modelCalls,
      modelFailures: n.modelFailures,
      toolCalls: { ...tools },
      restarts: n.restarts,
      deadLetters: n.deadLetters,
      messages: n.messages,
      tokens: { input: n.input, output: n.output },
      costUsd: 0,
      wallMs: round(first.real < 0 ? 0 : last.real - first.real),
      virtualMs: round(last.virtual - first.virtual),
      criticalPathMs: round(criticalPathMs),
    }),
  };
}

/** The status of a run from how it ended. */
export function toRunStatus(end: 'finished' | 'stalled' | 'drained' | 'escalated', failed: number): RunStatus {
  if (end === 'escalated') return 'failed';
  if (end === 'stalled') return 'stalled';
  if (end === 'drained') return 'interrupted';
  return failed > 0 ? 'failed' : 'done';
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

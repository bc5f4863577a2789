import type { RunEvent, RunStatus, RunSummary, Usage } from '../protocol.ts';

/** The numbers of a run that its events tell. */
export type EventCounts = { /** Calls of tools that were made again. */ readonly toolRetries: number } & Pick<
  RunSummary,
  | 'agents'
  | 'turns'
  | 'replies'
  | 'modelCalls'
  | 'modelFailures'
  | 'toolCalls'
  | 'restarts'
  | 'corrections'
  | 'deadLetters'
  | 'deadlocks'
  | 'loops'
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

/** Before anything has happened. */
const NOTHING = {
  turns: 0,
  replies: 0,
  modelCalls: 0,
  modelFailures: 0,
  restarts: 0,
  toolRetries: 0,
  corrections: 0,
  deadLetters: 0,
  deadlocks: 0,
  loops: 0,
  messages: 0,
  input: 0,
  output: 0,
  usd: 0,
};

type Handlers = { [T in RunEvent['type']]?: (event: RunEvent & { type: T }) => void };

type Counts = { -readonly [K in keyof typeof NOTHING]: number };

function pay(n: Counts, { inputTokens, outputTokens, costUsd = 0 }: Usage): void {
  n.modelCalls++;
  n.input += inputTokens;
  n.output += outputTokens;
  n.usd += costUsd;
}

function countMessages(n: Counts): Handlers {
  return {
    'message.sent': () => void n.messages++,
    'message.dead': ({ letter }) => {
      // Told already.
      if (letter.reason !== 'set-aside') n.deadLetters++;
    },
    'message.deadlock': () => void n.deadlocks++,
    'message.looped': () => void n.loops++,
  };
}

/**
 * Counts as events come; a few additions each, since there are a dozen events a turn.
 *
 * @param realElapsed Real milliseconds since any fixed moment, also in a rehearsal.
 */
export function createRunMetrics(realElapsed: () => number): RunMetrics {
  const n = { ...NOTHING };
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

  const handlers: Handlers = {
    'run.started': ({ agents: total, before }) => {
      agents.total = total;
      if (before === undefined) return;
      for (const status of ['done', 'failed', 'stopped'] as const) agents[status] += before[status];
      n.input += before.spent.inputTokens;
      n.output += before.spent.outputTokens;
      n.usd += before.spent.usd;
    },
    'agent.admitted': () => void agents.total++,
    'agent.started': (event) => {
      if (first.real >= 0) return;
      first.real = realElapsed();
      first.virtual = event.at;
    },
    'agent.observed': ({ observation }) => {
      n.turns++;
      if (observation.kind === 'correction') n.corrections++;
    },
    'agent.decided': ({ decision }) => pay(n, decision.usage),
    'model.failed': () => {
      n.modelCalls++;
      n.modelFailures++;
    },
    'tool.finished': ({ result }) => {
      tools.total++;
      if (result.isError) tools.failed++;
    },
    'agent.replied': () => void n.replies++,
    'agent.condensed': ({ usage }) => usage && pay(n, usage),
    'tool.retried': () => void n.toolRetries++,
    'agent.restarting': () => void n.restarts++,
    'agent.set-aside': () => void n.deadLetters++,
    'agent.ended': onEnd,
    ...countMessages(n),
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
      toolRetries: n.toolRetries,
      corrections: n.corrections,
      deadLetters: n.deadLetters,
      deadlocks: n.deadlocks,
      loops: n.loops,
      messages: n.messages,
      tokens: { input: n.input, output: n.output },
      costUsd: toBillionths(n.usd),
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

/** Sums of prices have digits that no price has. */
function toBillionths(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

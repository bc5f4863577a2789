import type { Json, JsonObject, RunEvent } from '../../../protocol.ts';
import { type AgentFold, foldAgent } from './agent-fold.ts';

/** An agent's context as far as its events tell it: for the past, and for agents that do not run. */
export function toFoldedContext(events: readonly RunEvent[]): JsonObject {
  const fold = foldAgent(events);
  const last = fold.turns.at(-1);
  const results: Json[] = (last?.calls ?? []).map(({ call, content, isError, finishedAt }) =>
    finishedAt === undefined ? null : { callId: call.id, name: call.name, isError, content: content ?? null },
  );
  return {
    turn: last?.turn ?? 0,
    observation: toJson(last?.observation),
    decision: toJson(last?.decision),
    results,
    pending: toPending(fold),
    answered: last?.reply !== undefined,
    reply: fold.turns.findLast((turn) => turn.reply !== undefined)?.reply ?? null,
    error: toJson(fold.ended?.error),
    waitingFor: fold.waitingFor ?? null,
    paused: fold.isPaused,
    restarts: fold.restarts,
    criticalPathMs: fold.criticalPathMs,
    tokens: { ...fold.tokens },
  };
}

function toPending({ turns }: AgentFold): number {
  return (turns.at(-1)?.calls ?? []).filter(({ finishedAt }) => finishedAt === undefined).length;
}

function toJson(value: object | undefined): Json {
  return value === undefined ? null : (value as unknown as JsonObject);
}

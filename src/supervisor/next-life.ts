import type { AgentContext } from '../agent/context.ts';
import type { AgentEnvironment } from '../agent/environment.ts';
import { handOver } from '../agent/hand-over.ts';
import { takeCut } from '../agent/recall.ts';
import { type ResumedAgent, START, type StoredPoint, toResumedAgent } from '../agent/resumed-agent.ts';
import { toAbsolute } from '../agent/storing.ts';
import type { Condensed, ErrorInfo, MemorySnapshot, Message } from '../protocol.ts';

/**
 * Where an agent goes on that has been stopped or has failed in this process: as if it were read from memory, but
 * without reading, since its history may be long.
 */
export function toNextLife(context: AgentContext): ResumedAgent {
  const { work } = context;
  const since = [...work.since, ...work.journal];
  const transcript = work.transcript.slice(0, work.handedOver);
  const waiting = [...observedMessage(context), ...(work.mailbox ?? [])];
  const life = toResumedAgent(work.point, since, transcript, { waiting, received: work.seen ?? [] });
  const { spent, topics, point } = work;
  // Of an observation that begins anew the time does too.
  const wallLeftMs = point.deadlineAt === undefined ? undefined : work.wallLeftMs;
  const kept = { spent, ...toConversation(work), ...(topics && { topics }) };
  const left = wallLeftMs === undefined ? {} : { wallLeftMs };
  return { ...life, ...kept, ...left };
}

/** A message of the turn under way is not answered yet: it waits first of all. */
function observedMessage({ messages, observation, work }: AgentContext): Message[] {
  const taken = messages > work.point.messages ? observation?.message : undefined;
  return taken === undefined ? [] : [taken];
}

/** How much of its conversation an agent has, and what of it has given way; from the conversation's beginning. */
function toConversation({ condensed, forgotten }: AgentContext['work']): { forgotten: number; condensed?: Condensed } {
  return { forgotten, ...(condensed && { condensed: toAbsolute(condensed, forgotten) }) };
}

/** Writes that an agent is started again, and what was not yet written; so a kill before that loses neither. */
export function noteRestart(
  env: AgentEnvironment,
  context: AgentContext,
  { error, attempt, until }: { error: ErrorInfo; attempt: number; until: number },
): void {
  const { work } = context;
  const turn = work.point.turn + 1;
  work.journal.push({ type: 'restarting', turn, at: env.clock.elapsed(), error, attempt, until });
  void handOver(env, context);
}

/**
 * Gives up on the observation under way, or on the one that could not be taken: it is written down as a dead letter, and
 * the agent goes on after it.
 *
 * @returns Where it goes on.
 */
export function setAside(
  env: AgentEnvironment,
  failed: AgentContext,
  { error, attempts }: { error: ErrorInfo; attempts: number },
): ResumedAgent {
  const context = failed.cut === undefined ? failed : { ...failed, ...takeCut(env, failed) };
  const { work, spec } = context;
  const isUnderWay = !context.answered;
  const at = env.clock.elapsed();
  const observation = isUnderWay ? context.question : 'an observation that could not be taken';
  const turn = isUnderWay ? context.turn : context.turn + 1;
  const point: StoredPoint = {
    ...START,
    turn,
    taken: isUnderWay ? context.taken : context.taken + 1,
    observations: isUnderWay ? context.observations : context.observations + 1,
    messages: context.messages,
  };
  const { taken, observations, messages } = point;
  const setAsideCount = (work.setAside ?? 0) + 1;
  const position = { agent: spec.id, status: 'running' as const, turn, step: 0, taken, answered: true, at };
  const { spent, topics } = work;
  const { forgotten, ...condensed } = toConversation(work);
  const kept = { spent, ...condensed, ...(topics && { topics }) };
  const snapshot: MemorySnapshot = { ...position, observations, messages, setAside: setAsideCount, ...kept };
  // Before it is written down: memory keeps the order, and others are not left to wait after a crash.
  if (isUnderWay) {
    env.mailroom.unanswered(spec.id, context.cause, error.message, taken);
    if (context.cause !== undefined) env.mailroom.bury(context.cause, 'set-aside');
  }
  const journal = [...work.journal, { type: 'set-aside' as const, turn, at, observation, error, attempts }];
  work.journal = [];
  env.store.append(env.run, spec.id, { journal, transcript: [], snapshot }).catch(env.storeFailed);
  env.emit({ type: 'agent.set-aside', agent: spec.id, turn, observation, error, attempts });
  const transcript = work.transcript.slice(0, work.handedOver);
  const seen = new Set(work.seen ?? []);
  return { point, transcript, mailbox: [...(work.mailbox ?? [])], seen, setAside: setAsideCount, ...kept, forgotten };
}

import { isAnswered } from '../base/is-answered.ts';
import { CORRECTIONS_MAX } from '../base/limits.ts';
import { withoutKept } from '../base/without-kept.ts';
import type { Decision, ErrorInfo, Json, ToolCall } from '../protocol.ts';
import { addAnswer } from './add-answer.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import type { AgentEnvironment } from './environment.ts';
import { ModelCall } from './model-call.ts';
import { addUsage } from './spent.ts';

/**
 * Asks the model, and sends the agent `decided` or `undecided`.
 *
 * Contract: never throws. Decisions are admitted through the clock, slice by slice: agents that are answered at once
 * would otherwise never let go of the event loop.
 */
export function startDecision(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void): void {
  const { turn, work } = context;
  const call = new ModelCall(env, context, send);
  work.inFlight = [call];
  work.journal.push({ type: 'model.intended', turn, at: env.clock.elapsed(), model: call.group.model.name });
  env.clock.defer(() => call.admit());
}

/** Goes on with the call of an agent that waited for a larger budget. */
export function askAgain({ work }: AgentContext): void {
  const ask = work.parked;
  work.parked = undefined;
  ask?.();
}

/** The new state of an agent that has got its decision. */
export function takeDecision(context: AgentContext, decision: Decision): Partial<AgentContext> {
  const count = decision.toolCalls.length;
  return {
    decision: withoutKept(decision),
    results: new Array<undefined>(count).fill(undefined),
    pending: count,
    answered: isAnswered(decision),
    reply: decision.reply ?? context.reply,
    criticalPathMs: context.criticalPathMs + decision.serviceMs,
  };
}

/** Tells the others what was decided, and the reply if that is what it is. */
export function noteDecision(
  env: AgentEnvironment,
  context: AgentContext,
  decision: Decision,
  durationMs: number,
): void {
  const { spec, turn, work } = context;
  const { reply, toolCalls, usage, flaw } = decision;
  work.flaws = flaw === undefined ? 0 : work.flaws + 1;
  work.spent = addUsage(work.spent, usage);
  work.journal.push({ type: 'model.done', turn, at: env.clock.elapsed(), decision });
  addAnswer(work, decision);
  const key = toKey(toolCalls);
  work.sameCalls = key !== '' && key === work.lastCalls ? work.sameCalls + 1 : 1;
  work.lastCalls = key;
  const told = withoutKept(decision);
  env.emit({ type: 'agent.decided', agent: spec.id, turn, model: spec.group.model, decision: told, durationMs });
  if (reply !== undefined && context.answered) {
    const replied = { type: 'agent.replied', agent: spec.id, turn, observation: context.question, reply } as const;
    env.emit(spec.group.output === undefined ? replied : { ...replied, output: JSON.parse(reply) as Json });
  }
}

/** Tells the others what was decided and will not be done, but is paid for; in no next life either. */
export function noteRefusal(
  env: AgentEnvironment,
  { spec, turn, work }: AgentContext,
  decision: Decision,
  durationMs: number,
): void {
  work.spent = addUsage(work.spent, decision.usage);
  const told = withoutKept(decision);
  work.journal.push({ type: 'model.refused', turn, at: env.clock.elapsed(), decision: told });
  env.emit({ type: 'agent.decided', agent: spec.id, turn, model: spec.group.model, decision: told, durationMs });
}

/** Tells the others why the model gave no decision. */
export function noteFailure(env: AgentEnvironment, context: AgentContext, error: ErrorInfo, durationMs: number): void {
  const { spec, turn, work } = context;
  work.spent = { ...work.spent, calls: work.spent.calls + 1 };
  work.journal.push({ type: 'model.failed', turn, at: env.clock.elapsed(), error });
  env.emit({ type: 'model.failed', agent: spec.id, turn, model: spec.group.model, error, durationMs });
}

/** The model has been told of flaws as often as it may be, and there is one more. */
export function isFlawedAgain({ work }: AgentContext, { flaw }: Decision): boolean {
  return flaw !== undefined && work.flaws >= CORRECTIONS_MAX;
}

/** The decision is the same calls once too often. */
export function isGoingInCircles(context: AgentContext, decision: Decision): boolean {
  const { work, spec } = context;
  if (decision.final || work.sameCalls + 1 < spec.group.limits.identicalCalls) return false;
  const key = toKey(decision.toolCalls);
  return key !== '' && key === work.lastCalls;
}

function toKey(calls: readonly ToolCall[]): string {
  return calls.length === 0 ? '' : JSON.stringify(calls.map((call) => [call.name, call.args]));
}

import { CallContext } from '../base/call-context.ts';
import { toErrorInfo } from '../base/errors.ts';
import type { Decision, ErrorInfo, ToolCall } from '../protocol.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import { type AgentEnvironment, groupOf, templateScope } from './environment.ts';
import { handOver } from './storing.ts';

/**
 * Asks the model, and sends the agent `decided` or `undecided`.
 *
 * Contract: never throws. Decisions are admitted through the clock, slice by slice: agents that are answered at once
 * would otherwise never let go of the event loop.
 */
export function startDecision(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void): void {
  const { spec, turn, work } = context;
  const group = groupOf(env, spec);
  const call = new CallContext(spec.id, turn, `${turn}/model`, env.clock, env.random);
  let startedAt = 0;
  const fail = (error: unknown): void => {
    send({ type: 'undecided', error: toErrorInfo(error), durationMs: env.clock.elapsed() - startedAt });
  };
  const ask = (): void => {
    startedAt = env.clock.elapsed();
    const request = {
      spec,
      turn,
      step: context.step,
      observation: context.observation ?? { kind: 'observation', text: '' },
      instructions: group.instructions.text(templateScope(spec, group)),
      transcript: work.transcript,
      tools: group.toolDefinitions,
    } as const;
    group.model
      .decide(request, call)
      .then((decision) => send({ type: 'decided', decision, durationMs: env.clock.elapsed() - startedAt }), fail);
  };
  work.inFlight = [call];
  work.journal.push({ type: 'model.intended', turn, at: env.clock.elapsed(), model: group.model.name });
  env.clock.defer(() => {
    if (env.isDraining()) env.idle(spec.id);
    else if (env.durability === 'sync') handOver(env, context).then(ask).catch(fail);
    else attempt(ask, fail);
  });
}

/** The new state of an agent that has got its decision. */
export function takeDecision(context: AgentContext, decision: Decision): Partial<AgentContext> {
  const count = decision.toolCalls.length;
  return {
    decision,
    results: new Array<undefined>(count).fill(undefined),
    pending: count,
    answered: decision.final || count === 0,
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
  const { reply, toolCalls } = decision;
  work.journal.push({ type: 'model.done', turn, at: env.clock.elapsed(), decision });
  work.transcript.push({ role: 'assistant', content: reply ?? '', toolCalls });
  const key = toKey(toolCalls);
  work.sameCalls = key !== '' && key === work.lastCalls ? work.sameCalls + 1 : 1;
  work.lastCalls = key;
  env.emit({ type: 'agent.decided', agent: spec.id, turn, model: spec.group.model, decision, durationMs });
  if (reply !== undefined && context.answered) {
    env.emit({ type: 'agent.replied', agent: spec.id, turn, observation: context.question, reply });
  }
}

/** Tells the others why the model gave no decision. */
export function noteFailure(env: AgentEnvironment, context: AgentContext, error: ErrorInfo, durationMs: number): void {
  const { spec, turn, work } = context;
  work.journal.push({ type: 'model.failed', turn, at: env.clock.elapsed(), error });
  env.emit({ type: 'model.failed', agent: spec.id, turn, model: spec.group.model, error, durationMs });
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

function attempt(action: () => void, fail: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    fail(error);
  }
}

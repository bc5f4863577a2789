import { isAnswered } from '../base/is-answered.ts';
import { withoutKept } from '../base/without-kept.ts';
import type { Mailbox } from '../messaging/mailbox.ts';
import type { ErrorInfo, JournalRecord, Message, ToolCall, ToolResult } from '../protocol.ts';
import { addAnswer } from './add-answer.ts';
import { toHeldMs } from './approval-history.ts';
import type { AgentContext } from './context.ts';
import type { AgentEnvironment } from './environment.ts';
import { toEnding, toolFor } from './executing-tools.ts';
import { armWall, toUserText } from './observe.ts';
import type { CutTurn } from './resumed-agent.ts';

/** A turn was cut short after its decision, and calls of it are still to be made. */
export function isCut(env: AgentEnvironment, context: AgentContext): boolean {
  return context.cut !== undefined && context.awake && !context.paused && !env.isDraining();
}

/** A turn was cut short when all of its calls had settled. */
export function isCutBeforeStoring(env: AgentEnvironment, context: AgentContext): boolean {
  const { cut } = context;
  return (
    isCut(env, context) && cut !== undefined && toResults(env, context, cut).every((result) => result !== undefined)
  );
}

/** The agent in the turn that was cut short: decided, with what its calls had brought. */
export function takeCut(env: AgentEnvironment, context: AgentContext): Partial<AgentContext> {
  const { cut } = context;
  if (cut === undefined) return {};
  const { decision, observation, isFirst } = cut;
  const results = toResults(env, context, cut);
  const message = isFirst ? observation.message : undefined;
  const isItem = isFirst && observation.kind === 'observation';
  return {
    turn: context.turn + 1,
    step: isFirst ? 1 : context.step + 1,
    taken: context.taken + (isItem ? 1 : 0),
    observations: context.observations + (isFirst ? 1 : 0),
    messages: context.messages + (message === undefined ? 0 : 1),
    cause: isFirst ? message : context.cause,
    observation,
    question: isFirst ? observation.text : context.question,
    decision: withoutKept(decision),
    results,
    pending: results.filter((result) => result === undefined).length,
    answered: isAnswered(decision),
    reply: decision.reply ?? context.reply,
    ...toEnding(results),
  };
}

/** Tells the others what was taken. */
export function noteCut(env: AgentEnvironment, context: AgentContext, expire: () => void): void {
  const { spec, turn, work, results, pending, cut } = context;
  if (cut === undefined) return;
  const { decision, observation, isFirst, observedAt, outcomes, approvals } = cut;
  if (isFirst) {
    work.calls = [];
    work.observedFrom = work.transcript.length;
    dropObserved(work.mailbox, observation.message);
  }
  work.asked = approvals?.calls;
  const heldMs = toHeldMs(approvals, env.clock.elapsed());
  // What is left of it was taken while it stood still; its end was set before.
  if (work.wallLeftMs === undefined && work.deadlineAt !== undefined) work.deadlineAt += heldMs;
  armWall(env, context, isFirst ? observedAt + heldMs : undefined, expire);
  if (observation.kind !== 'results') work.transcript.push({ role: 'user', content: toUserText(observation) });
  addAnswer(work, decision);
  env.emit({ type: 'agent.recalled', agent: spec.id, turn, decision: withoutKept(decision), pending });
  for (const result of results) {
    if (result === undefined || outcomes.has(result.callId)) continue;
    const record: JournalRecord = { type: 'tool.unknown', turn, at: env.clock.elapsed(), result };
    work.journal.push(record);
    env.emit({ type: 'tool.finished', agent: spec.id, turn, result, durationMs: 0 });
  }
}

/** It was observed before its turn was cut short. */
function dropObserved(mailbox: Mailbox | undefined, message: Message | undefined): void {
  if (message?.parts !== undefined) mailbox?.removeBatch(message.id);
  else if (message !== undefined) mailbox?.remove(message.id);
}

/** What may not be passed over: a call of which nobody knows, in a run that was told to fail then. */
export function toRefusal(env: AgentEnvironment, context: AgentContext): ErrorInfo | undefined {
  const { cut } = context;
  if (cut === undefined || env.onUnknown !== 'fail') return undefined;
  const call = cut.decision.toolCalls.find((one) => isUncertain(env, context, cut, one));
  if (call === undefined) return undefined;
  const message = `Cannot go on: nobody knows whether call "${call.name}" of turn ${context.turn + 1} was made`;
  return { code: 'CALL_UNKNOWN', message };
}

/** In the decision's order; holes are to be made, or made again. */
function toResults(env: AgentEnvironment, context: AgentContext, cut: CutTurn): (ToolResult | undefined)[] {
  return cut.decision.toolCalls.map((call) => {
    const outcome = cut.outcomes.get(call.id);
    if (outcome !== undefined) return outcome;
    return isUncertain(env, context, cut, call) && env.onUnknown !== 'retry' ? toInterrupted(call) : undefined;
  });
}

/** It may have been made, and may not be made twice. */
function isUncertain(env: AgentEnvironment, { spec }: AgentContext, cut: CutTurn, call: ToolCall): boolean {
  return cut.unknown.has(call.id) && toolFor(env, spec, call.name)?.effects === 'once';
}

function toInterrupted({ id, name }: ToolCall): ToolResult {
  const error = `The call of "${name}" was interrupted: it is not known whether it had its effect, and it was not repeated`;
  return { callId: id, name, isError: true, content: { error, interrupted: true }, serviceMs: 0 };
}

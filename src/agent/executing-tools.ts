import { toErrorInfo } from '../base/errors.ts';
import { findEnds } from '../base/find-ends.ts';
import { isAnswered } from '../base/is-answered.ts';
import type { AgentSpec, ApprovalRecord, ToolCall, ToolResult } from '../protocol.ts';
import type { Tool } from '../tools/tool.ts';
import { type Approvable, admit, HeldCall, toUnmadeResult } from './approval.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import { type AgentEnvironment, groupOf } from './environment.ts';
import { handOver } from './hand-over.ts';
import { mayGoAhead } from './may-go-ahead.ts';
import { holdTime } from './observe.ts';
import { ToolCallActor, type ToolOutput } from './tool-call-actor.ts';

type Send = (event: AgentEvent) => void;

/**
 * Starts the calls of the decision that have not settled, all at once; each tells the agent `xstate.done.actor.tool` when
 * it has. Those that wait for a person keep nobody else waiting, and are started when they are approved of.
 */
export function startCalls(env: AgentEnvironment, context: AgentContext, send: Send): void {
  const { spec, work } = context;
  const intended = toApprovable(env, context);
  work.inFlight = intended.map(({ actor }) => actor);
  const { free, approved, unmade, held } = sortCalls(env, context, intended, send);
  if (held.length > 0) holdTime(env, context);
  if (free.length > 0) makeCalls(env, context, free, send);
  else if (held.length > 0) void handOver(env, context);
  if (approved.length > 0) makeCalls(env, context, approved, send, true);
  for (const call of held) call.begin();
  for (const output of unmade) env.clock.defer(() => send({ type: 'xstate.done.actor.tool', output }));
  if (held.length > 0 && held.length === intended.length) env.people.held(spec.id);
}

/** Calls by how they go on. */
interface Sorted {
  readonly free: Approvable[];
  readonly approved: Approvable[];
  readonly unmade: ToolOutput[];
  readonly held: HeldCall[];
}

function sortCalls(env: AgentEnvironment, context: AgentContext, intended: readonly Approvable[], send: Send): Sorted {
  const { work } = context;
  const asked = work.asked;
  work.asked = undefined;
  const sorted: Sorted = { free: [], approved: [], unmade: [], held: [] };
  for (const one of intended) {
    const { actor, tool, index } = one;
    const before = asked?.get(actor.call.id);
    const admission = admit(env, one, before);
    if (admission.kind === 'free' || tool === undefined) sorted.free.push(one);
    else if (admission.kind === 'waits') {
      const { rule, scope } = admission;
      // An answer that does not fit any more is none: it is asked anew.
      const open = before?.answer === undefined ? before : undefined;
      const goOn = (record: ApprovalRecord): void => goOnWith(env, context, one, record, send);
      const wait = { rule, scope, asked: open, goOn };
      sorted.held.push(new HeldCall(env, context, { actor, index, tool }, wait));
    } else if (isMade(admission.record)) sorted.approved.push(edit(one, admission.record));
    else sorted.unmade.push({ index, result: toUnmadeResult(actor.call, admission.record), durationMs: 0 });
  }
  work.held = sorted.held.length;
  return sorted;
}

function isMade({ answer }: ApprovalRecord): boolean {
  return answer === 'approved' || answer === 'edited';
}

function edit(one: Approvable, { answer, args }: ApprovalRecord): Approvable {
  if (answer === 'edited') one.actor.edit(args ?? {});
  return one;
}

/** Somebody has answered: the call is made, or comes to what was said. */
function goOnWith(
  env: AgentEnvironment,
  context: AgentContext,
  one: Approvable,
  record: ApprovalRecord,
  send: Send,
): void {
  // First: with its last call the turn is stored, and with it how much time is left.
  if (context.work.held === 0) send({ type: 'released' });
  if (isMade(record)) makeCalls(env, context, [edit(one, record)], send, true);
  else {
    const output = { index: one.index, result: toUnmadeResult(one.actor.call, record), durationMs: 0 };
    send({ type: 'xstate.done.actor.tool', output });
  }
}

/**
 * Makes calls, all at once.
 *
 * What is about to happen is written ahead. With `durability: sync`, and in `async` while memory cannot be written, every
 * call waits until that is on disk; a call that may have its effect only `once` always does, or a crash could leave no
 * trace of it, and it would be made again.
 *
 * @param isAwaited Every one waits for that: of a call that a person has approved of, what was said is on disk before.
 */
function makeCalls(
  env: AgentEnvironment,
  context: AgentContext,
  intended: readonly Approvable[],
  send: Send,
  isAwaited = false,
): void {
  const { spec, turn, work } = context;
  const calls = intended.map(({ actor }) => actor.call.id);
  const keys = toKeys(intended);
  const at = env.clock.elapsed();
  work.journal.push({ type: 'tools.intended', turn, at, calls, ...(keys !== undefined && { keys }) });
  const ahead = !isAwaited && mayGoAhead(env);
  const waits = ({ tool }: Approvable) => !ahead || tool?.effects === 'once';
  const start = (one: Approvable): void => startCall(env, spec, turn, one, send);
  const waiting = intended.filter(waits);
  const written = handOver(env, context, undefined, waiting.length > 0 ? { awaited: true } : {});
  if (waiting.length < intended.length) for (const one of intended) if (!waits(one)) start(one);
  if (waiting.length === 0) return;
  written.then(
    () => {
      for (const one of waiting) start(one);
    },
    (error) => send({ type: 'unstored', error: toErrorInfo(error) }),
  );
}

/** Those of a turn that was cut short that have settled are not made again, nor those that may not be. */
function toApprovable(env: AgentEnvironment, context: AgentContext): Approvable[] {
  const { decision, spec, turn, work, results, observations } = context;
  const calls = decision?.toolCalls ?? [];
  const from = work.calls.length;
  work.calls.push(...calls);
  const place = { observation: observations, calls: work.calls, failures: work.attempts };
  const said = { cause: context.cause, transcript: work.transcript, from: work.observedFrom ?? 0 };
  return calls.flatMap((call, index) => {
    if (results[index] !== undefined) return [];
    const actor = new ToolCallActor(env, spec, turn, call, index, { ...place, position: from + index, said });
    return [{ actor, index, tool: toolFor(env, spec, call.name) }];
  });
}

function toKeys(intended: readonly Approvable[]): Record<string, string> | undefined {
  const effective = intended.filter(({ tool }) => tool !== undefined && tool.effects !== 'none');
  if (effective.length === 0) return undefined;
  return Object.fromEntries(effective.map(({ actor }) => [actor.call.id, actor.idempotencyKey]));
}

function startCall(env: AgentEnvironment, spec: AgentSpec, turn: number, one: Approvable, send: Send): void {
  const { actor, tool } = one;
  // An agent that was stopped while its intent was being written makes no call.
  if (actor.isAborted) return;
  const started = { type: 'tool.started', agent: spec.id, turn, call: actor.call } as const;
  env.emit(tool === undefined ? started : { ...started, timeoutMs: tool.timeoutMs });
  actor.start(tool, send);
}

/** Only the tools of its group exist for an agent. */
export function toolFor(env: AgentEnvironment, spec: AgentSpec, name: string): Tool | undefined {
  return groupOf(env, spec).allowedTools.has(name) ? env.tools.get(name) : undefined;
}

/** The new state of an agent when one of its calls has settled. */
export function takeResult(context: AgentContext, output: ToolOutput): Partial<AgentContext> {
  const results = [...context.results];
  results[output.index] = output.result;
  const pending = context.pending - 1;
  if (pending > 0) return { results, pending };
  const longest = results.reduce((most, result) => Math.max(most, result?.serviceMs ?? 0), 0);
  return { results, pending, criticalPathMs: context.criticalPathMs + longest, ...toEnding(results) };
}

/** What is over with the results of a turn, once all of them are there. */
export function toEnding(results: readonly (ToolResult | undefined)[]): Partial<AgentContext> {
  const ends = results.includes(undefined) ? undefined : findEnds(results);
  if (ends === undefined) return {};
  const { what, reply } = ends;
  return { answered: true, ...(reply !== undefined && { reply }), ...(what === 'agent' && { finished: true }) };
}

/** Tells the others how a call ended. The outcome of one with effects is written at once: it must not be made again. */
export function noteResult(env: AgentEnvironment, context: AgentContext, output: ToolOutput): void {
  const { spec, turn, work, pending } = context;
  const { result, durationMs } = output;
  work.journal.push({ type: result.isError ? 'tool.failed' : 'tool.done', turn, at: env.clock.elapsed(), result });
  // A person may take days, for which no process need stay.
  const isHeld = pending > 0 && pending === work.held;
  // The last one goes with the turn.
  if (pending > 0 && (isHeld || hasEffects(env, spec, result))) void handOver(env, context);
  if (isHeld) env.people.held(spec.id);
  env.emit({ type: 'tool.finished', agent: spec.id, turn, result, durationMs });
  // A decision that is the answer has been told.
  if (pending > 0 || !context.answered || context.decision === undefined || isAnswered(context.decision)) return;
  const reply = findEnds(context.results)?.reply;
  if (reply !== undefined) {
    env.emit({ type: 'agent.replied', agent: spec.id, turn, observation: context.question, reply });
  }
}

function hasEffects(env: AgentEnvironment, spec: AgentSpec, { name }: Pick<ToolCall | ToolResult, 'name'>): boolean {
  const effects = toolFor(env, spec, name)?.effects;
  return effects !== undefined && effects !== 'none';
}

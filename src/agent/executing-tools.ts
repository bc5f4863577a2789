import { toErrorInfo } from '../base/errors.ts';
import type { AgentSpec, ToolCall, ToolResult } from '../protocol.ts';
import type { Tool } from '../tools/tool.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import { type AgentEnvironment, groupOf } from './environment.ts';
import { handOver } from './hand-over.ts';
import { mayGoAhead } from './may-go-ahead.ts';
import { ToolCallActor, type ToolOutput } from './tool-call-actor.ts';

type Send = (event: AgentEvent) => void;

/** A call that is about to be made. */
interface Intended {
  readonly actor: ToolCallActor;
  readonly index: number;
  readonly tool: Tool | undefined;
}

/**
 * Starts the calls of the decision that have not settled, all at once; each tells the agent `xstate.done.actor.tool` when
 * it has.
 *
 * What is about to happen is written ahead. With `durability: sync`, and in `async` while memory cannot be written, every
 * call waits until that is on disk; a call that may have its effect only `once` always does, or a crash could leave no
 * trace of it, and it would be made again.
 */
export function startCalls(env: AgentEnvironment, context: AgentContext, send: Send): void {
  const { spec, turn, work } = context;
  const intended = toIntended(env, context);
  work.inFlight = intended.map(({ actor }) => actor);
  const calls = intended.map(({ actor }) => actor.call.id);
  const keys = toKeys(intended);
  const at = env.clock.elapsed();
  work.journal.push({ type: 'tools.intended', turn, at, calls, ...(keys !== undefined && { keys }) });
  const ahead = mayGoAhead(env);
  const waits = ({ tool }: Intended) => !ahead || tool?.effects === 'once';
  const start = (one: Intended): void => startCall(env, spec, turn, one, send);
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
function toIntended(env: AgentEnvironment, context: AgentContext): Intended[] {
  const { decision, spec, turn, work, results, observations } = context;
  const calls = decision?.toolCalls ?? [];
  const from = work.calls.length;
  work.calls.push(...calls);
  const place = { observation: observations, calls: work.calls, failures: work.attempts };
  return calls.flatMap((call, index) => {
    if (results[index] !== undefined) return [];
    const actor = new ToolCallActor(env, spec, turn, call, index, { ...place, position: from + index });
    return [{ actor, index, tool: toolFor(env, spec, call.name) }];
  });
}

function toKeys(intended: readonly Intended[]): Record<string, string> | undefined {
  const effective = intended.filter(({ tool }) => tool !== undefined && tool.effects !== 'none');
  if (effective.length === 0) return undefined;
  return Object.fromEntries(effective.map(({ actor }) => [actor.call.id, actor.idempotencyKey]));
}

function startCall(env: AgentEnvironment, spec: AgentSpec, turn: number, one: Intended, send: Send): void {
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
  return { results, pending, criticalPathMs: context.criticalPathMs + longest };
}

/** Tells the others how a call ended. The outcome of one with effects is written at once: it must not be made again. */
export function noteResult(env: AgentEnvironment, context: AgentContext, output: ToolOutput): void {
  const { spec, turn, work, pending } = context;
  const { result, durationMs } = output;
  work.journal.push({ type: result.isError ? 'tool.failed' : 'tool.done', turn, at: env.clock.elapsed(), result });
  // The last one goes with the turn.
  if (pending > 0 && hasEffects(env, spec, result)) void handOver(env, context);
  env.emit({ type: 'tool.finished', agent: spec.id, turn, result, durationMs });
}

function hasEffects(env: AgentEnvironment, spec: AgentSpec, { name }: Pick<ToolCall | ToolResult, 'name'>): boolean {
  const effects = toolFor(env, spec, name)?.effects;
  return effects !== undefined && effects !== 'none';
}

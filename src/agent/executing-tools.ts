import { toErrorInfo } from '../base/errors.ts';
import { TOOL_CALLS_MAX } from '../base/limits.ts';
import type { AgentSpec } from '../protocol.ts';
import type { Tool } from '../tools/tool.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import { type AgentEnvironment, groupOf } from './environment.ts';
import { handOver } from './storing.ts';
import { ToolCallActor, type ToolOutput } from './tool-call-actor.ts';

/** Starts every call of the decision at once; each tells the agent `xstate.done.actor.tool` when it has settled. */
export function startCalls(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void): void {
  const { decision, spec, turn, work } = context;
  const calls = decision?.toolCalls ?? [];
  const actors = calls.map((call, index) => new ToolCallActor(env, spec, turn, call, index));
  work.inFlight = actors;
  work.journal.push({ type: 'tools.intended', turn, at: env.clock.elapsed(), calls: calls.map((call) => call.id) });
  const start = (): void => {
    for (const [index, actor] of actors.entries()) {
      const { call } = actor;
      const tool = toolFor(env, spec, call.name);
      const started = { type: 'tool.started', agent: spec.id, turn, call } as const;
      env.emit(tool === undefined ? started : { ...started, timeoutMs: tool.timeoutMs });
      if (index < TOOL_CALLS_MAX) actor.start(tool, send);
      else actor.refuse(`Cannot run more than ${TOOL_CALLS_MAX} calls in one decision`, send);
    }
  };
  const written = handOver(env, context);
  if (env.durability === 'async') start();
  else written.then(start, (error) => send({ type: 'unstored', error: toErrorInfo(error) }));
}

/** Only the tools of its group exist for an agent. */
function toolFor(env: AgentEnvironment, spec: AgentSpec, name: string): Tool | undefined {
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

/** Tells the others how a call ended. */
export function noteResult(env: AgentEnvironment, context: AgentContext, output: ToolOutput): void {
  const { spec, turn, work } = context;
  const { result, durationMs } = output;
  work.journal.push({ type: result.isError ? 'tool.failed' : 'tool.done', turn, at: env.clock.elapsed(), result });
  env.emit({ type: 'tool.finished', agent: spec.id, turn, result, durationMs });
}

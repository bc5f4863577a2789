import { type ActorLogic, type AnyActorRef, createActor, type EventObject, type Snapshot } from 'xstate';
import { CallContext } from '../base/call-context.ts';
import { toErrorInfo } from '../base/errors.ts';
import { TOOL_CALLS_MAX } from '../base/limits.ts';
import type { Random } from '../base/random.ts';
import type { AgentSpec, JsonObject, ToolCall, ToolResult } from '../protocol.ts';
import { runToolCall } from '../tools/call.ts';
import type { ToolContext } from '../tools/tool.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import { type AgentEnvironment, groupOf } from './environment.ts';
import { handOver } from './storing.ts';

/** What a tool may use: its call's time, chance and signal, its agent's row, and the other agents' mailboxes. */
class AgentToolContext extends CallContext implements ToolContext {
  readonly row: JsonObject;
  readonly #env: AgentEnvironment;

  constructor(env: AgentEnvironment, spec: AgentSpec, turn: number, callId: string, random: Random) {
    super(spec.id, turn, callId, env.clock, random);
    this.row = spec.row;
    this.#env = env;
  }

  sendMessage(to: string, body: string): void {
    this.#env.sendMessage(this.agent, to, body);
  }
}

interface CallOutput {
  /** Place of the call in the decision. */
  readonly index: number;
  readonly result: ToolResult;
  readonly durationMs: number;
}

interface CallInput {
  readonly call: ToolCall;
  readonly run: () => Promise<CallOutput>;
}

type CallSnapshot = Snapshot<CallOutput> & { readonly call: ToolCall };
type CallEvent = { readonly type: 'settled'; readonly output: CallOutput };

/**
 * A promise actor for one tool call. XState's `fromPromise` makes an AbortController and several closures for each
 * actor; with two calls a turn and ten thousand agents that is most of what a turn costs.
 *
 * Contract: `run` never rejects, so that nothing rejects into XState.
 */
const toolCallLogic: ActorLogic<CallSnapshot, CallEvent | EventObject, CallInput> = {
  getInitialSnapshot: (scope, input) => {
    void scope;
    return { status: 'active', output: undefined, error: undefined, call: input.call, run: input.run } as CallSnapshot;
  },
  start(snapshot, { self }) {
    const { run } = snapshot as CallSnapshot & CallInput;
    run().then((output) => self.send({ type: 'settled', output }));
  },
  transition(snapshot, event) {
    if (event.type !== 'settled') return snapshot;
    const { output } = event as CallEvent;
    return { status: 'done', output, error: undefined, call: snapshot.call };
  },
  getPersistedSnapshot: (snapshot) => snapshot,
};

/** Starts every call of the decision at once; each sends the agent `xstate.done.actor.tool` when it has settled. */
export function startCalls(env: AgentEnvironment, context: AgentContext, self: AnyActorRef): void {
  const { decision, spec, turn, work } = context;
  const calls = decision?.toolCalls ?? [];
  const contexts = calls.map((_, index) => new AgentToolContext(env, spec, turn, `${turn}/${index + 1}`, env.random));
  work.inFlight = contexts;
  work.journal.push({ type: 'tools.intended', turn, at: env.clock.elapsed(), calls: calls.map((call) => call.id) });
  const start = (): void => {
    calls.forEach((call, index) => {
      const toolContext = contexts[index];
      if (toolContext === undefined) return;
      env.emit({ type: 'tool.started', agent: spec.id, turn, call });
      const run = () => runOne(env, context, call, index, toolContext);
      createActor(toolCallLogic, { parent: self, id: 'tool', input: { call, run } } as never).start();
    });
  };
  const written = handOver(env, context);
  if (env.durability === 'async') start();
  else written.then(start, (error) => self.send({ type: 'unstored', error: toErrorInfo(error) } satisfies AgentEvent));
}

async function runOne(
  env: AgentEnvironment,
  context: AgentContext,
  call: ToolCall,
  index: number,
  toolContext: ToolContext,
): Promise<CallOutput> {
  const startedAt = env.clock.elapsed();
  const result =
    index < TOOL_CALLS_MAX
      ? await runToolCall(call, toolFor(env, context.spec, call.name), toolContext)
      : refuse(call, `Cannot run more than ${TOOL_CALLS_MAX} calls in one decision`);
  return { index, result, durationMs: env.clock.elapsed() - startedAt };
}

/** Only the tools of its group exist for an agent. */
function toolFor(env: AgentEnvironment, spec: AgentSpec, name: string) {
  return groupOf(env, spec).allowedTools.has(name) ? env.tools.get(name) : undefined;
}

function refuse(call: ToolCall, error: string): ToolResult {
  return { callId: call.id, name: call.name, isError: true, content: { error }, serviceMs: 0 };
}

/** The new state of an agent when one of its calls has settled. */
export function takeResult(context: AgentContext, output: CallOutput): Partial<AgentContext> {
  const results = [...context.results];
  results[output.index] = output.result;
  const pending = context.pending - 1;
  if (pending > 0) return { results, pending };
  const longest = results.reduce((most, result) => Math.max(most, result?.serviceMs ?? 0), 0);
  return { results, pending, criticalPathMs: context.criticalPathMs + longest };
}

/** Tells the others how a call ended. */
export function noteResult(env: AgentEnvironment, context: AgentContext, output: CallOutput): void {
  const { spec, turn, work } = context;
  const { result, durationMs } = output;
  work.journal.push({ type: result.isError ? 'tool.failed' : 'tool.done', turn, at: env.clock.elapsed(), result });
  env.emit({ type: 'tool.finished', agent: spec.id, turn, result, durationMs });
}

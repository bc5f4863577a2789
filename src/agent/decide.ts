import { CallContext } from '../base/call-context.ts';
import { toErrorInfo } from '../base/errors.ts';
import type { Decision, ErrorInfo, ModelRequest, ToolCall } from '../protocol.ts';
import { toCallId } from './call-id.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import { type AgentEnvironment, type Group, groupOf, templateScope } from './environment.ts';
import { handOver } from './hand-over.ts';
import { mayGoAhead } from './may-go-ahead.ts';
import { NOTHING } from './observe.ts';

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

/** One model call of an agent, and what the model gets to work with. */
class ModelCall extends CallContext {
  readonly group: Group;
  readonly #env: AgentEnvironment;
  readonly #context: AgentContext;
  readonly #send: (event: AgentEvent) => void;
  #startedAt = 0;

  constructor(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void) {
    const { spec, turn, work } = context;
    super(spec.id, turn, toCallId(turn, 'model', work.attempts), env.clock, env.random);
    this.group = groupOf(env, spec);
    this.#env = env;
    this.#context = context;
    this.#send = send;
  }

  /** Has its slice of the event loop. */
  admit(): void {
    const env = this.#env;
    if (env.isDraining()) env.idle(this.agent);
    else if (mayGoAhead(env)) this.#ask();
    else handOver(env, this.#context).then(() => this.#ask(), this.#fail);
  }

  #ask(): void {
    // While it waited for the disk, the agent may have been stopped, or the run.
    if (this.isAborted) return;
    if (this.#env.isDraining()) {
      this.#env.idle(this.agent);
      return;
    }
    this.#startedAt = this.clock.elapsed();
    try {
      this.group.model.decide(this.#toRequest(), this).then(this.#answer, this.#fail);
    } catch (error) {
      this.#fail(error);
    }
  }

  #toRequest(): ModelRequest {
    const { spec, turn, step, observation = NOTHING, work } = this.#context;
    const { instructions, toolDefinitions: tools } = this.group;
    const told = instructions.text(templateScope(spec, this.group));
    const attempt = work.attempts + 1;
    return { spec, turn, step, attempt, observation, instructions: told, transcript: work.transcript, tools };
  }

  readonly #answer = (decision: Decision): void => {
    this.#send({ type: 'decided', decision, durationMs: this.clock.elapsed() - this.#startedAt });
  };

  readonly #fail = (error: unknown): void => {
    this.#send({ type: 'undecided', error: toErrorInfo(error), durationMs: this.clock.elapsed() - this.#startedAt });
  };
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

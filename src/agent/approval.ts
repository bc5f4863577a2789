import type { Timer } from '../base/clock.ts';
import { toErrorInfo } from '../base/errors.ts';
import { compileSchema } from '../base/json-schema.ts';
import { sampleLatency } from '../base/latency.ts';
import type { SecretFilter } from '../base/secret-filter.ts';
import { toThousandths } from '../base/to-thousandths.ts';
import { type ApprovalRule, type ApprovalScope, toApprovalRule } from '../people/approval-rule.ts';
import type { WaitingCall } from '../people/inbox.ts';
import type { ApprovalRecord, Json, JsonObject, ToolCall, ToolResult, WaitingApproval } from '../protocol.ts';
import { checkArguments } from '../tools/check-arguments.ts';
import type { Tool } from '../tools/tool.ts';
import type { AskedCall } from './approval-history.ts';
import { toCallId } from './call-id.ts';
import type { AgentContext } from './context.ts';
import type { AgentEnvironment } from './environment.ts';
import { handOver } from './hand-over.ts';
import type { ToolCallActor } from './tool-call-actor.ts';

/** Who answers when nobody has. */
const DEADLINE = 'deadline';

/** A call that may have to wait for a person. */
export interface Approvable {
  readonly actor: ToolCallActor;
  /** Place in the decision, from 0. */
  readonly index: number;
  readonly tool: Tool | undefined;
}

/** How a call goes on: at once, with what somebody has said before, or when somebody has. */
export type Admission =
  | { readonly kind: 'free' }
  | { readonly kind: 'answered'; readonly record: ApprovalRecord }
  | { readonly kind: 'waits'; readonly rule: ApprovalRule; readonly scope: ApprovalScope };

/** @param asked What a person was asked of it before the turn was cut short. */
export function admit(env: AgentEnvironment, { actor, tool }: Approvable, asked: AskedCall | undefined): Admission {
  const { call } = actor;
  if (tool === undefined || call.malformed !== undefined) return { kind: 'free' };
  const { answer } = asked ?? {};
  if (answer !== undefined) {
    const isFit = answer.answer !== 'edited' || checkArguments(tool, answer.args ?? {}) === undefined;
    if (isFit) return { kind: 'answered', record: answer };
  }
  const spec = tool.approval;
  // A call that will be refused is nothing to bother anybody with.
  if (spec === undefined || checkArguments(tool, call.args) !== undefined) return { kind: 'free' };
  const rule = toApprovalRule(spec);
  const scope = toScope(env, actor);
  return asked === undefined && !rule.isNeeded(scope) ? { kind: 'free' } : { kind: 'waits', rule, scope };
}

function toScope(env: AgentEnvironment, { spec, call }: ToolCallActor): ApprovalScope {
  const { id, row, user = '', session = '' } = spec;
  return { tool: call.name, args: call.args, agent: id, row, params: env.params, user, session };
}

/** What a call comes to that is not made: rejected, or a question that was answered. */
export function toUnmadeResult({ id, name }: ToolCall, { answer, text, reason, by }: ApprovalRecord): ToolResult {
  const common = { callId: id, name, serviceMs: 0 };
  if (answer === 'answered') return { ...common, isError: false, content: text ?? '' };
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  const rejected =
    by === DEADLINE ? 'Nobody has answered in time: this call was not made' : `A person has rejected this call${why}`;
  return { ...common, isError: true, content: { error: rejected, rejected: true } };
}

/** For what a call waits, and what becomes of it when it does not any more. */
export interface Wait {
  readonly rule: ApprovalRule;
  readonly scope: ApprovalScope;
  /** It has waited in an earlier life of its agent. Undefined: it begins to. */
  readonly asked: AskedCall | undefined;
  goOn(record: ApprovalRecord): void;
}

/** A tool that checks its arguments itself says so only in its result: here the person is still there to hear it. */
function checkDeclared({ parameters }: Tool, args: JsonObject): string | undefined {
  let check: (args: Json) => string | undefined;
  try {
    check = compileSchema(parameters, 'the parameters');
  } catch {
    return undefined;
  }
  return check(args);
}

/** What is wrong with arguments that a person gives instead of those that were decided; undefined: they fit. */
export function findMisfit(tool: Tool, args: JsonObject, secrets: SecretFilter | undefined): string | undefined {
  const wrong = checkArguments(tool, args) ?? (tool.checksArguments ? checkDeclared(tool, args) : undefined);
  if (wrong !== undefined) return `the arguments do not fit: ${wrong}`;
  // What is taken out of everything that comes in would be missing in what was approved.
  const hasSecret = secrets !== undefined && JSON.stringify(secrets.json(args)) !== JSON.stringify(args);
  return hasSecret ? 'the arguments hold a secret of the environment' : undefined;
}

/**
 * A call that waits for a person: it has a timer for its deadline, if it has one, and nothing else. It is written down when
 * it begins to wait and when it has been answered, so that a kill in between changes nothing; it leaves the inbox with an
 * answer, or when its agent is stopped.
 */
export class HeldCall implements WaitingCall {
  readonly view: WaitingApproval;
  readonly isTimed: boolean;
  readonly #actor: ToolCallActor;
  readonly #tool: Tool;
  readonly #env: AgentEnvironment;
  readonly #context: AgentContext;
  readonly #goOn: Wait['goOn'];
  readonly #timers: Timer[] = [];

  constructor(
    env: AgentEnvironment,
    context: AgentContext,
    { actor, index, tool }: Approvable & { readonly tool: Tool },
    { rule, scope, asked, goOn }: Wait,
  ) {
    this.#actor = actor;
    this.#tool = tool;
    this.#env = env;
    this.#context = context;
    this.#goOn = goOn;
    const { spec } = rule;
    const now = env.clock.elapsed();
    const deadlineAt = asked === undefined ? toDeadline(now, spec.deadlineMs) : asked.deadlineAt;
    this.view = toView(env, actor, { index, kind: spec.kind, since: asked?.askedAt ?? now, deadlineAt });
    const isSimulated = env.clock.kind === 'virtual' && this.#simulate(rule, scope);
    this.isTimed = isSimulated || deadlineAt !== undefined;
    if (deadlineAt !== undefined) this.#arm(deadlineAt - now, () => this.#expire(rule));
    if (asked === undefined) this.#note();
    actor.onAbort((reason) => this.#leave(reason));
  }

  /** Into the inbox; everybody hears of it. */
  begin(): void {
    const { view } = this;
    const { agent, turn, callId, deadlineAt, question } = view;
    this.#env.people.add(this);
    this.#env.emit({
      type: 'approval.requested',
      agent,
      turn,
      callId,
      call: { ...this.#actor.call, args: view.args },
      ...(deadlineAt !== undefined && { deadlineAt }),
      ...(question !== undefined && { question }),
    });
  }

  #note(): void {
    const { turn, callId, since, deadlineAt } = this.view;
    const { id: call, name } = this.#actor.call;
    const until = deadlineAt === undefined ? {} : { deadlineAt };
    this.#context.work.journal.push({ type: 'approval.requested', turn, at: since, call, callId, name, ...until });
  }

  problem(args: JsonObject): string | undefined {
    return findMisfit(this.#tool, args, this.#env.secrets);
  }

  settle(given: ApprovalRecord): void {
    for (const timer of this.#timers) timer.cancel();
    const { clock, emit, secrets } = this.#env;
    const record = secrets?.json(given) ?? given;
    const { agent, turn, callId, since } = this.view;
    const { id: call, name } = this.#actor.call;
    const at = clock.elapsed();
    const { work } = this.#context;
    work.held--;
    work.journal.push({ type: 'approval.answered', turn, at, call, ...record });
    void handOver(this.#env, this.#context);
    emit({ type: 'approval.answered', agent, turn, callId, name, waitedMs: toThousandths(at - since), ...record });
    this.#goOn(record);
  }

  #arm(delayMs: number, act: () => void): void {
    this.#timers.push(this.#env.clock.setTimer(Math.max(0, delayMs), act));
  }

  #expire({ spec }: ApprovalRule): void {
    const said = { by: DEADLINE, reason: 'nobody has answered in time' };
    if (spec.otherwise === 'reject') this.#env.people.settle(this, { answer: 'rejected', ...said });
    else if (spec.kind === 'approval') this.#env.people.settle(this, { answer: 'approved', ...said });
    else this.#env.people.settle(this, { answer: 'answered', text: spec.otherwiseText ?? '', ...said });
  }

  /** @returns Whether the person will answer. */
  #simulate(rule: ApprovalRule, scope: ApprovalScope): boolean {
    const { people, random } = this.#env;
    const latency = rule.spec.simulate?.latency;
    if (latency === undefined) return false;
    const { agent, callId } = this.view;
    try {
      const answer = rule.simulate(scope);
      if (answer === undefined) return false;
      const delayMs = sampleLatency(latency, random.fork(`${agent} ${callId} person`));
      this.#arm(delayMs, () => {
        try {
          people.answer(this.view, answer);
        } catch (error) {
          this.#giveUp(error);
        }
      });
    } catch (error) {
      this.#arm(0, () => this.#giveUp(error));
    }
    return true;
  }

  /** What was simulated is no answer to this call. */
  #giveUp(error: unknown): void {
    const reason = toErrorInfo(error).message;
    this.#env.people.settle(this, { answer: 'rejected', by: 'simulated', reason });
  }

  #leave(reason: Error): void {
    for (const timer of this.#timers) timer.cancel();
    this.#env.people.withdraw(this, `it does not wait any more: ${reason.message}`);
  }
}

function toDeadline(now: number, deadlineMs: number | undefined): number | undefined {
  return deadlineMs === undefined ? undefined : now + deadlineMs;
}

function toView(
  { secrets }: AgentEnvironment,
  { agent, turn, call }: ToolCallActor,
  {
    index,
    kind,
    since,
    deadlineAt,
  }: { index: number; kind: WaitingApproval['kind']; since: number; deadlineAt: number | undefined },
): WaitingApproval {
  const args = secrets?.json(call.args) ?? call.args;
  const { question } = args;
  return {
    agent,
    // The same in each life of the agent: whoever has seen it wait can answer it.
    callId: toCallId(turn, index + 1, 0),
    kind,
    tool: call.name,
    turn,
    args,
    ...(kind === 'question' && typeof question === 'string' && { question }),
    since,
    ...(deadlineAt !== undefined && { deadlineAt }),
  };
}

import type { Timer } from '../base/clock.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { TOOL_BLOCKED_AGAIN_MS, TOOL_BLOCKED_MS } from '../base/limits.ts';
import { createSecretFilter } from '../base/secret-filter.ts';
import { toThousandths } from '../base/to-thousandths.ts';
import type { ErrorInfo, Json, ToolCall, ToolResult } from '../protocol.ts';
import { checkArguments } from './check-arguments.ts';
import { toContent } from './content.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Promises that give promises, one in the other; endless ones exist. */
const THENABLE_MAX_DEPTH = 8;
/** A thrown message can be of any length, and each is read by a model. */
const ERROR_MAX_CHARS = 2_000;

/** When a tool was last said to have held up everyone, by its call's clock. */
const blockedAt = new WeakMap<Tool, number>();

/**
 * A tool call from its start to its result: checks its arguments, makes it, and settles once, with what comes of it, at its
 * deadline, or when it is aborted.
 */
export class RunningCall {
  protected readonly call: ToolCall;
  protected readonly tool: Tool;
  protected readonly context: ToolContext;
  /** When the tool began to work, by the run's clock. */
  protected startedAt: number;
  /** Milliseconds of the tries before, with the waits after them. */
  protected earlierMs = 0;
  /** Undefined once the call has settled. */
  #resolve: ((result: ToolResult) => void) | undefined;
  #deadline: Timer | undefined;
  /** Once the deadline is missed: what its message says of it. */
  #overdue: string | undefined;

  constructor(call: ToolCall, tool: Tool, context: ToolContext, resolve: (result: ToolResult) => void) {
    this.call = call;
    this.tool = tool;
    this.context = context;
    this.#resolve = resolve;
    this.startedAt = context.clock.elapsed();
  }

  get isSettled(): boolean {
    return this.#resolve === undefined;
  }

  /** True: it was ended by somebody else, not by its deadline. */
  protected get isCutOff(): boolean {
    return this.context.isAborted && this.#overdue === undefined;
  }

  /** One function for both ways to end early, since ten thousand calls wait with it: no reason means the deadline. */
  readonly #end = (reason?: Error): void => {
    // Deferred: a tool whose own timer was due with the deadline has settled, but its promise has not told yet.
    if (reason === undefined) this.context.clock.defer(() => this.#expire(''));
    else this.fail(reason, this.#overdue === '' ? this.tool.timeoutMs : this.measure());
  };

  start(): void {
    // First, so that no listener of the tool's own comes before it.
    this.context.onAbort(this.#end);
    if (this.isSettled) return;
    try {
      const problem = checkArguments(this.tool, this.call.args);
      if (problem !== undefined) {
        throw new TroupeError(
          'TOOL_ARGUMENTS',
          `Cannot call tool "${this.tool.name}": arguments do not fit: ${problem}`,
        );
      }
      this.begin();
    } catch (error) {
      this.fail(error, 0);
    }
  }

  /** Goes on with arguments that fit. */
  protected begin(): void {
    this.attempt();
  }

  /** Makes the call. Never throws. */
  protected attempt(): void {
    let outcome: unknown;
    try {
      this.context.begin?.();
      outcome = this.tool.execute(this.call.args, this.context);
    } catch (error) {
      this.#noteBlocked();
      this.failed(error);
      return;
    }
    this.#noteBlocked();
    this.#take(outcome, 0);
  }

  /** The tool has thrown, or its promise was rejected. */
  protected failed(error: unknown): void {
    this.fail(error, this.service());
  }

  /** Ends the call when its time is over, from now. */
  protected armDeadline(): void {
    if (this.tool.timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#deadline ??= this.context.clock.setTimer(this.tool.timeoutMs, this.#end);
  }

  /** Never throws. */
  #take(outcome: unknown, depth: number): void {
    if (this.isSettled) return;
    try {
      const then = thenOf(outcome);
      if (then === undefined) this.#succeed(outcome);
      else if (depth < THENABLE_MAX_DEPTH) this.#await(outcome as object, then, depth);
      else throw new TroupeError('TOOL_RESULT', 'Cannot read the result: it is a promise of promises without end');
    } catch (error) {
      this.fail(error, this.service());
    }
  }

  #await(promise: object, then: Then, depth: number): void {
    const take = (value: unknown): void => this.#take(value, depth + 1);
    const fail = (error: unknown): void => this.failed(error);
    const { clock } = this.context;
    if (this.tool.external && clock.kind === 'virtual') {
      clock.external(toWork(promise, then, take, fail), this.tool.timeoutMs).then(
        (deliver) => deliver(),
        () => this.#expire(' of real time; a tool that waits on the clock of the run needs "external: false"'),
      );
      return;
    }
    then.call(promise, take, fail);
    if (!this.isSettled) this.armDeadline();
  }

  #expire(detail: string): void {
    if (this.isSettled) return;
    const { name, timeoutMs } = this.tool;
    this.#overdue = detail;
    this.context.abort(
      new TroupeError('TOOL_TIMEOUT', `Tool "${name}" did not finish within ${timeoutMs} ms${detail}`),
    );
  }

  #succeed(value: unknown): void {
    const serviceMs = this.service();
    const { content, truncated } = toContent(value);
    const { id, name } = this.call;
    if (truncated) this.settle({ callId: id, name, isError: true, content, serviceMs, truncated });
    else this.settle({ callId: id, name, isError: false, content, serviceMs });
  }

  protected fail(thrown: unknown, serviceMs: number): void {
    if (this.isSettled) return;
    const content: Json = { error: this.describe(thrown).message };
    this.settle({ callId: this.call.id, name: this.call.name, isError: true, content, serviceMs });
  }

  /** What was thrown, as others are told. */
  protected describe(thrown: unknown): ErrorInfo {
    const { code, message } = toErrorInfo(thrown);
    const text = code === 'ERROR' ? `Tool "${this.tool.name}" failed: ${message}` : message;
    return { code, message: text.length > ERROR_MAX_CHARS ? createSecretFilter().cut(text, ERROR_MAX_CHARS) : text };
  }

  /** Ends the call; only the first result counts. */
  protected settle(result: ToolResult): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.#deadline?.cancel();
    resolve?.(result);
  }

  /** What the tool says it took, or else what it did take. */
  protected service(): number {
    const { serviceMs } = this.context;
    const isSaid = serviceMs !== undefined && serviceMs >= 0 && serviceMs < Number.POSITIVE_INFINITY;
    return isSaid ? toThousandths(this.earlierMs + serviceMs) : this.measure();
  }

  protected measure(): number {
    return toThousandths(this.earlierMs + this.context.clock.elapsed() - this.startedAt);
  }

  /** The clock of a live run is real time. */
  #noteBlocked(): void {
    const { clock, agent, turn } = this.context;
    if (clock.kind === 'virtual') return;
    const now = clock.elapsed();
    const blockedMs = now - this.startedAt;
    if (blockedMs < TOOL_BLOCKED_MS) return;
    const sinceLast = now - (blockedAt.get(this.tool) ?? Number.NEGATIVE_INFINITY);
    // Below zero: it was in another run, whose clock was ahead.
    if (sinceLast >= 0 && sinceLast < TOOL_BLOCKED_AGAIN_MS) return;
    blockedAt.set(this.tool, now);
    const { id, name } = this.call;
    this.context.tell({ type: 'tool.blocked', agent, turn, callId: id, name, blockedMs: toThousandths(blockedMs) });
  }
}

type Then = (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => unknown;

/** Reads `then` once, as the language does: it may be a getter. */
function thenOf(value: unknown): Then | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const { then } = value as { then?: unknown };
  return typeof then === 'function' ? (then as Then) : undefined;
}

/**
 * A promise for how to deliver the outcome, never rejected. For the outcome itself it could not be: a promise settled with a
 * promise-like that settles with itself keeps the event loop for ever.
 */
function toWork(promise: object, then: Then, take: (value: unknown) => void, fail: (error: unknown) => void) {
  return new Promise<() => void>((resolve) => {
    try {
      then.call(
        promise,
        (value) => resolve(() => take(value)),
        (error) => resolve(() => fail(error)),
      );
    } catch (error) {
      resolve(() => fail(error));
    }
  });
}

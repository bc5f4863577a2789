import type { Timer } from '../base/clock.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import type { Json, ToolCall, ToolResult } from '../protocol.ts';
import { checkArguments } from './check-arguments.ts';
import { toContent } from './content.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Promises that give promises, one in the other; endless ones exist. */
const THENABLE_MAX_DEPTH = 8;
/** A thrown message can be of any length, and each is read by a model. */
const ERROR_MAX_CHARS = 2_000;

/**
 * Runs one tool call and reports its outcome; a failure is an outcome too.
 *
 * Contract: never throws, never rejects. An unknown tool, arguments that do not fit, whatever the tool throws, a result that
 * is no JSON, a missed deadline and an abort all resolve to `isError: true` with `{ error: message }`. It settles at the
 * deadline (by the context's clock) and at `context.abort` even if the tool never does; what comes after is ignored. A
 * tool that settles at the very moment of its deadline has made it. Not even this can help with a tool that blocks the event loop,
 * or throws in a callback of its own.
 *
 * @param call `{ id, name, args }` as the model wrote it; `args` is not yet validated.
 * @param tool Undefined: there is none of that name for this agent.
 * @returns `content` is a copy, unless it is a frozen constant. Over `TOOL_RESULT_MAX_BYTES` as JSON: its beginning as
 * text, with `isError` and `truncated`. `serviceMs` is what the tool itself took, to three decimals: measured, or what
 * the tool put into `context.serviceMs`; at a missed deadline `tool.timeoutMs`.
 */
export function runToolCall(call: ToolCall, tool: Tool | undefined, context: ToolContext): Promise<ToolResult> {
  return new Promise((resolve) => {
    if (tool === undefined) {
      const error = `Cannot call tool "${call.name.slice(0, 100)}": this agent has none of that name`;
      resolve({ callId: call.id, name: call.name, isError: true, content: { error }, serviceMs: 0 });
    } else {
      new RunningCall(call, tool, context, resolve).start();
    }
  });
}

class RunningCall {
  readonly #call: ToolCall;
  readonly #tool: Tool;
  readonly #context: ToolContext;
  /** Undefined once the call has settled. */
  #resolve: ((result: ToolResult) => void) | undefined;
  readonly #startedAt: number;
  #deadline: Timer | undefined;
  #expired = false;

  constructor(call: ToolCall, tool: Tool, context: ToolContext, resolve: (result: ToolResult) => void) {
    this.#call = call;
    this.#tool = tool;
    this.#context = context;
    this.#resolve = resolve;
    this.#startedAt = context.clock.elapsed();
  }

  /** One function for both ways to end early, since ten thousand calls wait with it: no reason means the deadline. */
  readonly #end = (reason?: Error): void => {
    // Deferred: a tool whose own timer was due with the deadline has settled, but its promise has not told yet.
    if (reason === undefined) this.#context.clock.defer(() => this.#expire(''));
    else this.#fail(reason, this.#expired ? this.#tool.timeoutMs : this.#measure());
  };

  start(): void {
    // First, so that no listener of the tool's own comes before it.
    this.#context.onAbort(this.#end);
    if (this.#resolve === undefined) return;
    let outcome: unknown;
    try {
      const problem = checkArguments(this.#tool, this.#call.args);
      if (problem !== undefined) {
        throw new TroupeError(
          'TOOL_ARGUMENTS',
          `Cannot call tool "${this.#tool.name}": arguments do not fit: ${problem}`,
        );
      }
      outcome = this.#tool.execute(this.#call.args, this.#context);
    } catch (error) {
      this.#fail(error, this.#service());
      return;
    }
    this.#take(outcome, 0);
  }

  /** Never throws. */
  #take(outcome: unknown, depth: number): void {
    if (this.#resolve === undefined) return;
    try {
      const then = thenOf(outcome);
      if (then === undefined) this.#succeed(outcome);
      else if (depth < THENABLE_MAX_DEPTH) this.#await(outcome as object, then, depth);
      else throw new TroupeError('TOOL_RESULT', 'Cannot read the result: it is a promise of promises without end');
    } catch (error) {
      this.#fail(error, this.#service());
    }
  }

  #await(promise: object, then: Then, depth: number): void {
    const take = (value: unknown): void => this.#take(value, depth + 1);
    const fail = (error: unknown): void => this.#fail(error, this.#service());
    const { clock } = this.#context;
    if (this.#tool.external && clock.kind === 'virtual') {
      clock.external(toWork(promise, then, take, fail), this.#tool.timeoutMs).then(
        (deliver) => deliver(),
        () => this.#expire(' of real time; a tool that waits on the clock of the run needs "external: false"'),
      );
      return;
    }
    then.call(promise, take, fail);
    if (this.#resolve === undefined || this.#tool.timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#deadline ??= clock.setTimer(this.#tool.timeoutMs, this.#end);
  }

  #expire(detail: string): void {
    if (this.#resolve === undefined) return;
    const { name, timeoutMs } = this.#tool;
    this.#expired = detail === '';
    this.#context.abort(
      new TroupeError('TOOL_TIMEOUT', `Tool "${name}" did not finish within ${timeoutMs} ms${detail}`),
    );
  }

  #succeed(value: unknown): void {
    const serviceMs = this.#service();
    const { content, truncated } = toContent(value);
    const { id, name } = this.#call;
    if (truncated) this.#settle({ callId: id, name, isError: true, content, serviceMs, truncated });
    else this.#settle({ callId: id, name, isError: false, content, serviceMs });
  }

  #fail(thrown: unknown, serviceMs: number): void {
    if (this.#resolve === undefined) return;
    const { code, message } = toErrorInfo(thrown);
    const text = code === 'ERROR' ? `Tool "${this.#tool.name}" failed: ${message}` : message;
    const content: Json = { error: text.length > ERROR_MAX_CHARS ? `${text.slice(0, ERROR_MAX_CHARS)}…` : text };
    this.#settle({ callId: this.#call.id, name: this.#call.name, isError: true, content, serviceMs });
  }

  #settle(result: ToolResult): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.#deadline?.cancel();
    resolve?.(result);
  }

  /** What the tool says it took, or else what it did take. */
  #service(): number {
    const { serviceMs } = this.#context;
    const isSaid = serviceMs !== undefined && serviceMs >= 0 && serviceMs < Number.POSITIVE_INFINITY;
    return isSaid ? toThousandths(serviceMs) : this.#measure();
  }

  #measure(): number {
    return toThousandths(this.#context.clock.elapsed() - this.#startedAt);
  }
}

function toThousandths(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
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

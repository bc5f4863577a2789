import { toCanonicalJson } from '../../base/canonical-json.ts';
import type { Timer } from '../../base/clock.ts';
import { sampleLatency } from '../../base/latency.ts';
import { TOOL_RETRY_MAX_MS, TOOL_RETRY_MS } from '../../base/limits.ts';
import type { ToolCall, ToolResult } from '../../protocol.ts';
import { trustContent } from '../content.ts';
import { RunningCall } from '../running-call.ts';
import type { Tool, ToolContext } from '../tool.ts';
import type { Follower } from './result-cache.ts';
import type { ToolTerms } from './tool-terms.ts';

/**
 * A call that is answered by an earlier result, or with an equal call that is under way; or else waits for its place, and is
 * made again when it fails. Its deadline counts from the moment it has its place, over all tries.
 */
export class TermedCall extends RunningCall implements Follower {
  readonly #terms: ToolTerms;
  /** Others with the same arguments wait for this one. */
  #key: string | undefined;
  #hasPlace = false;
  #deadlineAt = Number.POSITIVE_INFINITY;
  #tries = 0;
  #backOff: Timer | undefined;

  constructor(
    call: ToolCall,
    tool: Tool,
    context: ToolContext,
    resolve: (result: ToolResult) => void,
    terms: ToolTerms,
  ) {
    super(call, tool, context, resolve);
    this.#terms = terms;
  }

  /** Throws, if it does, the first time: for arguments too deep to be compared. */
  override begin(): void {
    if (this.isSettled) return;
    const { cache } = this.#terms;
    if (cache === undefined) {
      this.#seekPlace();
      return;
    }
    const key = toCanonicalJson(this.call.args);
    const known = cache.find(key, this.context.clock.elapsed());
    if (known !== undefined) {
      this.settle({ callId: this.call.id, name: this.call.name, isError: false, content: known, serviceMs: 0 });
    } else if (!cache.join(key, this)) {
      this.#key = key;
      this.#seekPlace();
    }
  }

  take(result: ToolResult): void {
    const { id: callId, name } = this.call;
    this.settle({ ...result, callId, name, serviceMs: Math.min(result.serviceMs, super.measure()) });
  }

  #seekPlace(): void {
    const { places } = this.#terms;
    if (places === undefined) {
      this.#enter();
      return;
    }
    let isFree = true;
    // Deferred: places are passed on from one to the next, and a long queue would be one long turn of the event loop.
    places.acquire(() => (isFree ? this.#enter() : this.context.clock.defer(() => this.#enter())));
    isFree = false;
  }

  #enter(): void {
    if (this.isSettled) {
      this.#terms.places?.release();
      return;
    }
    this.#hasPlace = true;
    this.startedAt = this.context.clock.elapsed();
    this.#deadlineAt = this.startedAt + this.tool.timeoutMs;
    this.armDeadline();
    this.attempt();
  }

  protected override failed(error: unknown): void {
    // A promise-like may say twice that it has failed.
    if (this.isSettled || this.#backOff !== undefined) return;
    const info = this.describe(error);
    const mayRetry = this.#tries < this.#terms.retries && info.code !== 'TOOL_ARGUMENTS';
    const delayMs = mayRetry ? this.#drawDelay() : Number.POSITIVE_INFINITY;
    const { agent, turn, clock } = this.context;
    // Why it fails says more than that its time is over.
    if (clock.elapsed() + delayMs >= this.#deadlineAt) {
      super.failed(error);
      return;
    }
    this.#tries++;
    this.#addTime(this.service());
    const { id: callId, name } = this.call;
    this.context.tell({ type: 'tool.retried', agent, turn, callId, name, error: info, tries: this.#tries });
    this.#backOff = clock.setTimer(delayMs, () => {
      this.#backOff = undefined;
      this.#addTime(this.measure());
      this.attempt();
    });
  }

  /** Half of it by chance: those that failed together do not come again together. */
  #drawDelay(): number {
    const maxMs = Math.min(TOOL_RETRY_MAX_MS, TOOL_RETRY_MS * 2 ** this.#tries);
    return sampleLatency({ kind: 'uniform', minMs: maxMs / 2, maxMs }, this.context.random);
  }

  /** @param totalMs What was taken up to now. What the tool has said of it was of its last try alone. */
  #addTime(totalMs: number): void {
    this.earlierMs = totalMs;
    this.startedAt = this.context.clock.elapsed();
    this.context.serviceMs = undefined;
  }

  /** Without the wait for its place. */
  protected override measure(): number {
    return this.#hasPlace ? super.measure() : 0;
  }

  protected override settle(result: ToolResult): void {
    if (this.isSettled) return;
    super.settle(result);
    this.#backOff?.cancel();
    if (this.#hasPlace) this.#terms.places?.release();
    if (this.#key !== undefined) this.#land(this.#key, result);
  }

  /** Gives the result to those that wait for it, each in its turn, and keeps it for later ones. */
  #land(key: string, result: ToolResult): void {
    const { cache } = this.#terms;
    const { clock } = this.context;
    const followers = cache?.land(key) ?? [];
    let shared = result;
    if (!result.isError) {
      shared = { ...result, content: trustContent(result.content) };
      cache?.keep(key, shared.content, clock.elapsed());
    }
    // That this one was stopped does not concern them.
    const { isCutOff } = this;
    for (const follower of followers) clock.defer(() => (isCutOff ? follower.begin() : follower.take(shared)));
  }
}

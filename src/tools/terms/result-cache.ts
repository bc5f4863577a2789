import { TOOL_CACHE_BYTES, TOOL_CACHE_ENTRIES } from '../../base/limits.ts';
import type { Json, ToolResult } from '../../protocol.ts';

/** A call that waits for the result of another one with the same arguments. */
export interface Follower {
  /** The other one has come to this. */
  take(result: ToolResult): void;
  /** The other one was stopped: begins once more. */
  begin(): void;
}

interface Entry {
  readonly content: Json;
  readonly bytes: number;
  readonly until: number;
}

/**
 * Results of one tool by arguments, each for a time, and the calls under way, so that equal ones are made once. Bounded in
 * entries and bytes; since all are kept for the same time, what is oldest gives way and ends first.
 */
export class ResultCache {
  readonly #ttlMs: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  /** By key: who waits for the call that is made. */
  readonly #flights = new Map<string, Follower[]>();

  /** @param ttlMs Milliseconds for which a result stands. */
  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** @param now By the run's clock. */
  find(key: string, now: number): Json | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && now < entry.until ? entry.content : undefined;
  }

  /** @returns False: nobody makes such a call, and this one has to, until it says `land`. */
  join(key: string, follower: Follower): boolean {
    const followers = this.#flights.get(key);
    if (followers === undefined) this.#flights.set(key, []);
    else followers.push(follower);
    return followers !== undefined;
  }

  /** Ends a flight. @returns Those who wait for it, in their order. */
  land(key: string): readonly Follower[] {
    const followers = this.#flights.get(key) ?? [];
    this.#flights.delete(key);
    return followers;
  }

  /** @param content Frozen: it is given to every call. */
  keep(key: string, content: Json, now: number): void {
    const bytes = Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(content));
    this.#drop(key);
    if (bytes > TOOL_CACHE_BYTES) return;
    for (const [oldest, { until }] of this.#entries) {
      const isFull = this.#entries.size >= TOOL_CACHE_ENTRIES || this.#bytes + bytes > TOOL_CACHE_BYTES;
      if (!isFull && now < until) break;
      this.#drop(oldest);
    }
    this.#entries.set(key, { content, bytes, until: now + this.#ttlMs });
    this.#bytes += bytes;
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}

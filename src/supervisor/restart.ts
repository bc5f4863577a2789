import type { Random } from '../base/random.ts';
import type { Backoff, EndedStatus, Restart } from '../protocol.ts';

/** Errors that the same agent would run into again: the observation is set aside at once. */
const FINAL_CODES: readonly string[] = ['TURN_LIMIT', 'IDENTICAL_CALLS', 'WALL_LIMIT', 'CALL_UNKNOWN'];

/** Whether a child that has ended is started again: OTP's `permanent`, `transient` and `temporary`. */
export function shouldRestart(restart: Restart, status: EndedStatus): boolean {
  if (status === 'stopped' || restart === 'temporary') return false;
  return restart === 'permanent' || status === 'failed';
}

/** Whether trying the observation again can help. */
export function isRetryable(code: string): boolean {
  return !FINAL_CODES.includes(code);
}

/**
 * Counts restarts the way OTP's supervisors do: more than so many within so long, and the supervisor gives up.
 *
 * Source: Erlang/OTP, `supervisor` behaviour, "restart intensity"; its default is 1 in 5 s, ours is 3 in 5 s as Elixir's.
 */
export class RestartWindow {
  readonly #max: number;
  readonly #withinMs: number;
  #times: number[] = [];

  constructor(max: number, withinMs: number) {
    this.#max = max;
    this.#withinMs = withinMs;
  }

  /** @param at Milliseconds, never less than before. @returns False: one too many. */
  add(at: number): boolean {
    this.#times = [...this.#times.filter((time) => time > at - this.#withinMs), at];
    return this.#times.length <= this.#max;
  }

  clear(): void {
    this.#times = [];
  }
}

/**
 * How long to wait before a restart: twice as long after each failure in a row, and half of it by chance, so that a
 * hundred agents that failed together do not come back together.
 *
 * @param failures In a row, this one included: 1 or more.
 * @returns Milliseconds; 0 without a back-off.
 */
export function toBackoffMs(backoff: Backoff | undefined, failures: number, random: Random): number {
  if (backoff === undefined) return 0;
  const full = Math.min(backoff.maxMs, backoff.minMs * 2 ** Math.min(failures - 1, 52));
  return Math.round(full * (0.5 + random.next() / 2));
}

import type { ChartsMessage } from '../messages.ts';
import { AGENT_STATES, type AgentState } from '../states.ts';
import type { Fold, Totals } from './fold.ts';

/** Buckets kept; with one more the width doubles. */
export const BUCKETS_MAX = 600;
/** The width of a bucket at first, in milliseconds. */
const WIDTH_MS = 100;

type Counted = Exclude<keyof ChartsMessage['buckets'], 'states'>;
const COUNTED = ['turns', 'replies', 'modelCalls', 'toolCalls', 'failures'] as const satisfies readonly Counted[];

interface Bucket {
  /** Agents in each state at its end. */
  states: Uint32Array;
  /** Since the run's start, at its end. */
  totals: Totals;
}

/** Numbers over a run's time, of bounded size: the longer the run, the wider the buckets. */
export class Series {
  widthMs = WIDTH_MS;
  /** Ended buckets. */
  #buckets: Bucket[] = [];
  readonly #fold: Fold;
  /** What the fold began with: above 0 when a long run's oldest events had been dropped. */
  readonly #before: Totals;

  /** @param fold From whose rows it learns; it must be a new one, and advance to the run's end. */
  constructor(fold: Fold) {
    this.#fold = fold;
    this.#before = { ...fold.totals };
    fold.before = (at) => this.reach(at);
  }

  /** Time has gone on to `at`: ends the buckets before it. */
  reach(at: number): void {
    while (at >= (this.#buckets.length + 1) * this.widthMs) this.#push(at);
  }

  /** How many buckets there are, the one under way included. */
  get length(): number {
    return this.#buckets.length + 1;
  }

  /**
   * The buckets from `first` on, up to a moment.
   *
   * @param now How the run stood at that moment; default: as it stands, with the bucket under way.
   * @param at The moment; default: the end.
   */
  read(first: number, now: Fold = this.#fold, at = Number.POSITIVE_INFINITY): ChartsMessage['buckets'] {
    const ended = this.#buckets.slice(0, Math.min(this.#buckets.length, Math.max(0, Math.floor(at / this.widthMs))));
    const all = [...ended, { states: now.counts, totals: now.totals }];
    const shown = all.slice(first);
    const states = Object.fromEntries(
      AGENT_STATES.map((state, place) => [state, shown.map((bucket) => bucket.states[place] ?? 0)]),
    ) as unknown as Record<AgentState, readonly number[]>;
    const within = (key: Counted) =>
      shown.map(({ totals }, i) => totals[key] - (all[first + i - 1]?.totals ?? this.#before)[key]);
    const counted = Object.fromEntries(COUNTED.map((key) => [key, within(key)])) as Record<Counted, number[]>;
    return { states, ...counted };
  }

  #push(at: number): void {
    const { counts, totals } = this.#fold;
    // Long idle: nothing to be gained from filling a million buckets one by one.
    while (at >= this.widthMs * BUCKETS_MAX) this.#widen();
    if (at < (this.#buckets.length + 1) * this.widthMs) return;
    this.#buckets.push({ states: counts.slice(), totals: { ...totals } });
  }

  #widen(): void {
    this.widthMs *= 2;
    this.#buckets = this.#buckets.filter((_, i) => i % 2 === 1);
  }
}

import type { ChartsMessage } from '../../messages.ts';
import type { AgentState } from '../../states.ts';

type Charts = Pick<ChartsMessage, 'at' | 'widthMs' | 'first' | 'buckets' | 'loopDelay'>;

/** From the bottom to the top of the stack. */
export const STACK_ORDER: readonly AgentState[] = [
  'failed',
  'stopped',
  'done',
  'storing',
  'executing-tools',
  'decide',
  'observe',
  'waiting',
  'paused',
  'unstarted',
];

/**
 * Columns for a plot of stacked areas: the moments, in seconds, then the heights of the areas from the topmost down, each
 * reaching to zero and covered by the next.
 */
export function toStack({ at, widthMs, first, buckets }: Charts): number[][] {
  const length = buckets.turns.length;
  const times = Array.from({ length }, (_, index) => Math.min((first + index + 1) * widthMs, Math.max(at, 0)) / 1000);
  const sums = new Array<number>(length).fill(0);
  const layers = STACK_ORDER.map((state) => {
    const column = buckets.states[state];
    for (let index = 0; index < length; index++) sums[index] = (sums[index] ?? 0) + (column[index] ?? 0);
    return [...sums];
  });
  return [times, ...layers.reverse()];
}

/** Columns: the middle of each bucket in seconds, and a count as a rate a second. The last bucket may be short. */
export function toRates(charts: Charts, column: 'turns' | 'failures'): number[][] {
  const { at, widthMs, first, buckets } = charts;
  const times: number[] = [];
  const rates: number[] = [];
  for (const [index, count] of buckets[column].entries()) {
    const start = (first + index) * widthMs;
    const width = Math.min(widthMs, at - start);
    // A bucket that has only begun says nothing yet.
    if (width < widthMs / 2) continue;
    times.push((start + width / 2) / 1000);
    rates.push((count / width) * 1000);
  }
  return [times, rates];
}

export function toDelays({ loopDelay }: Charts): number[][] {
  return [loopDelay.at.map((at) => at / 1000), [...loopDelay.p99]];
}

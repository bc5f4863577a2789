import type { ChartsMessage } from '../../messages.ts';
import { AGENT_STATES } from '../../states.ts';

type Buckets = ChartsMessage['buckets'];
const COLUMNS = ['turns', 'replies', 'modelCalls', 'toolCalls', 'failures'] as const;

/** @returns All buckets, those from the update's `first` on replaced; the update alone if it does not fit. */
export function mergeCharts(before: ChartsMessage | undefined, update: ChartsMessage): ChartsMessage {
  if (before === undefined || before.widthMs !== update.widthMs || update.first <= before.first) return update;
  const kept = update.first - before.first;
  if (kept > before.buckets.turns.length) return update;
  const join = (old: readonly number[], fresh: readonly number[]): number[] => [...old.slice(0, kept), ...fresh];
  const states = Object.fromEntries(
    AGENT_STATES.map((state) => [state, join(before.buckets.states[state], update.buckets.states[state])]),
  ) as unknown as Buckets['states'];
  const columns = Object.fromEntries(
    COLUMNS.map((column) => [column, join(before.buckets[column], update.buckets[column])]),
  ) as unknown as Omit<Buckets, 'states'>;
  return { ...update, first: before.first, buckets: { states, ...columns }, loopDelay: mergeDelays(before, update) };
}

/** An update may bring all measurements, or the new ones alone. */
function mergeDelays(before: ChartsMessage, update: ChartsMessage): ChartsMessage['loopDelay'] {
  const start = update.loopDelay.at[0];
  if (start === undefined) return before.loopDelay;
  const kept = before.loopDelay.at.filter((at) => at < start).length;
  const join = (key: 'at' | 'p50' | 'p99') => [...before.loopDelay[key].slice(0, kept), ...update.loopDelay[key]];
  return { at: join('at'), p50: join('p50'), p99: join('p99') };
}

import type { Gate } from '../model/gate.ts';
import type { ModelSummary, ModelView, RunSummary } from '../protocol.ts';

type Gates = ReadonlyMap<string, Gate>;

/** How the gates stand. @param at Milliseconds on the run's clock. */
export function toModelViews(gates: Gates, at: number): ModelView[] {
  return [...gates].map(([name, gate]) => {
    const { tries, trips, until, ...stats } = gate.stats();
    const { inFlight, waiting } = gate;
    return { name, inFlight, waiting, ...stats, ...(until !== undefined && { retryInMs: Math.max(0, until - at) }) };
  });
}

/** How the gates went, for the summary. */
export function toModelSummaries(gates: Gates): Record<string, ModelSummary> {
  const entries = [...gates].map(([name, gate]) => {
    const { calls, tries, retries, throttled, trips, waitMs } = gate.stats();
    return [name, { calls, tries, retries, throttled, trips, waitMs }] as const;
  });
  return Object.fromEntries(entries);
}

/** What was made again, and what was refused, of all models together. */
export function toRetries(
  models: Readonly<Record<string, ModelSummary>>,
  toolRetries: number,
): Pick<RunSummary, 'retries' | 'throttled'> {
  const sum = (key: 'retries' | 'throttled') => Object.values(models).reduce((total, model) => total + model[key], 0);
  return { retries: { model: sum('retries'), tool: toolRetries }, throttled: sum('throttled') };
}

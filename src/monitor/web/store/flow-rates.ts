/** How often each transition was taken until a moment. */
export interface FlowSample {
  readonly at: number;
  readonly flow: Readonly<Record<string, number>>;
}

/** Over which time rates are taken. */
export const RATE_WINDOW_MS = 4000;

/** The samples with a new one, without those that are too old to matter. A sample from before the last starts anew. */
export function addSample(samples: readonly FlowSample[], sample: FlowSample): readonly FlowSample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.at <= last.at) return [sample];
  const firstNeeded = samples.findIndex(({ at }) => at >= sample.at - RATE_WINDOW_MS);
  const kept = firstNeeded === -1 ? samples.slice(-1) : samples.slice(firstNeeded);
  return [...kept, sample];
}

/** @returns Transitions a second over the samples' time, by `source>target`; none for fewer than two samples. */
export function toFlowRates(samples: readonly FlowSample[]): Readonly<Record<string, number>> {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return {};
  const seconds = (last.at - first.at) / 1000;
  return Object.fromEntries(
    Object.entries(last.flow).map(([key, count]) => [key, (count - (first.flow[key] ?? 0)) / seconds]),
  );
}

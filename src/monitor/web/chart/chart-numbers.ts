import type { AgentState } from '../../states.ts';

/** The chart's states by the states of agents: `waiting` and `paused` are ways to be in `observe`. */
const INSIDE: Readonly<Record<string, string>> = { waiting: 'observe', paused: 'observe' };

/** The state of the chart that an agent's state belongs to. */
export function toChartState(state: string): string {
  return INSIDE[state] ?? state;
}

/** What is told about a state's box. */
export interface StateNumbers {
  readonly count: number;
  /** Share of all agents, 0 to 1. */
  readonly share: number;
  /** Those of `count` who rest there. */
  readonly parts: readonly { readonly state: AgentState; readonly count: number }[];
}

export function toStateNumbers(
  counts: Readonly<Record<AgentState, number>>,
  names: readonly string[],
): ReadonlyMap<string, StateNumbers> {
  const entries = Object.entries(counts) as [AgentState, number][];
  const total = Math.max(
    1,
    entries.reduce((sum, [, count]) => sum + count, 0),
  );
  return new Map(
    names.map((name) => {
      const inside = entries.filter(([state]) => toChartState(state) === name);
      const count = inside.reduce((sum, [, part]) => sum + part, 0);
      const parts = inside
        .filter(([state, part]) => state !== name && part > 0)
        .map(([state, part]) => ({ state, count: part }));
      return [name, { count, share: count / total, parts }];
    }),
  );
}

/**
 * Numbers by `source>target` of agents' states, as numbers by `source>target` of the chart's states. What goes on inside
 * a state is no transition.
 */
export function toChartFlow(flow: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const [key, count] of Object.entries(flow)) {
    const [source = '', target = ''] = key.split('>').map(toChartState);
    if (source === target) continue;
    result[`${source}>${target}`] = (result[`${source}>${target}`] ?? 0) + count;
  }
  return result;
}

/** Width of an arrow for its share of the busiest one's number: 1.5 to 7 pixels. */
export function toArrowWidth(value: number, most: number): number {
  return most <= 0 || value <= 0 ? 1.5 : 1.5 + 5.5 * Math.sqrt(Math.min(1, value / most));
}

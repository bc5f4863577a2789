import type { ChartGraph, ChartTransition } from '../../chart/graph.ts';

/**
 * The chart as an overview: without actions and internal transitions, and with one arrow between two states, whatever
 * the number of transitions.
 *
 * @param hasLabels False: without descriptions and what the transitions wait for, so that it takes little room.
 */
export function toPlainGraph(graph: ChartGraph, hasLabels = true): ChartGraph {
  const merged = new Map<string, ChartTransition[]>();
  for (const transition of graph.transitions.filter(({ internal }) => !internal)) {
    const key = `${transition.source}>${transition.target}`;
    merged.set(key, [...(merged.get(key) ?? []), transition]);
  }
  return {
    ...graph,
    states: graph.states.map(({ description, ...state }) => ({
      ...state,
      entry: [],
      ...(hasLabels && description !== undefined && { description }),
    })),
    transitions: [...merged.entries()].flatMap(([key, [first, ...others]]) => {
      if (first === undefined) return [];
      const { source, target } = first;
      const event = hasLabels ? [first, ...others].map(toLabel).join(' or ') : '';
      return [{ id: key, source, target, internal: false, event, actions: [] }];
    }),
  };
}

function toLabel({ event, guard }: ChartTransition): string {
  const short = event.replace(/^xstate\.done\.actor\.(.+)$/, '$1 done');
  return [short, guard === undefined ? '' : `[${guard}]`].filter((part) => part !== '').join(' ');
}

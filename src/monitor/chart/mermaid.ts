import { ANY_STATE, type ChartGraph, type ChartTransition } from './graph.ts';
import { toMermaidText } from './mermaid-text.ts';

/** What means something else in a state diagram, whatever its case. */
const RESERVED =
  /^(state|note|end|direction|class|classdef|style|click|scale|hide|as|default|fork|join|choice|accdescr|acctitle)$/i;

/**
 * Writes a chart as a Mermaid `stateDiagram-v2`, an arrow for each pair of states that transitions lead from and to.
 *
 * Labels are the transitions' descriptions, or else event and guard; transitions that change no state are left out.
 * @returns Lines ending in a line feed; the same for the same chart.
 */
export function toMermaid(graph: ChartGraph): string {
  const names = toNames(graph);
  const name = (id: string): string => names.get(id) ?? id;
  const lines = [`[*] --> ${name(graph.initial)}`];
  for (const [first, ...more] of toPairs(graph)) {
    const labels = new Set([first, ...more].map(toLabel));
    const label = [...labels].map(toMermaidText).filter((text) => text !== '');
    const arrow = `${name(first.source)} --> ${name(first.target)}`;
    lines.push(label.length === 0 ? arrow : `${arrow}: ${label.join(', or ')}`);
  }
  for (const [id, alias] of names) {
    if (id === alias) continue;
    lines.push(`state "${id === ANY_STATE ? 'any state' : toMermaidText(id)}" as ${alias}`);
  }
  for (const { id, kind } of graph.states) if (kind === 'final') lines.push(`${name(id)} --> [*]`);
  return `${['stateDiagram-v2', 'direction LR', ...lines].join('\n  ')}\n`;
}

type Pair = readonly [ChartTransition, ...ChartTransition[]];

/**
 * The transitions that change the state, those between the same two together: in the order of the first ones, but what
 * leads to an end comes last.
 */
function toPairs({ states, transitions }: ChartGraph): Pair[] {
  const pairs = new Map<string, [ChartTransition, ...ChartTransition[]]>();
  for (const transition of transitions) {
    if (transition.internal) continue;
    const key = JSON.stringify([transition.source, transition.target]);
    const pair = pairs.get(key);
    if (pair === undefined) pairs.set(key, [transition]);
    else pair.push(transition);
  }
  const finals = new Set(states.filter(({ kind }) => kind === 'final').map(({ id }) => id));
  const isEnd = ([{ target }]: Pair): number => (finals.has(target) ? 1 : 0);
  return [...pairs.values()].sort((a, b) => isEnd(a) - isEnd(b));
}

function toLabel({ description, event, guard }: ChartTransition): string {
  if (description !== undefined) return description;
  return [event, guard === undefined ? '' : `[${guard}]`].filter((part) => part !== '').join(' ');
}

/** Every id with the name Mermaid takes for it: itself where it can be one. */
function toNames(graph: ChartGraph): Map<string, string> {
  const ids = [...graph.states.map(({ id }) => id), ...graph.transitions.map(({ source }) => source)];
  const names = new Map<string, string>();
  const taken = new Set<string>(ids);
  for (const id of new Set(ids)) {
    let name = id === ANY_STATE ? 'any_state' : id.replace(/\W/g, '_').replace(/^(?=\d|$)/, '_');
    if (name !== id || RESERVED.test(name)) {
      while (taken.has(name) || RESERVED.test(name)) name += '_';
    }
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

import type { Topology, TopologyEdge } from './topology.ts';

/** Stands between groups that may all message the same groups: what comes in may go out to each. */
export interface MessageHub {
  readonly id: string;
  readonly kind: 'hub';
}

/**
 * Leads messages through hubs where that takes fewer arrows and says the same. Twenty groups of which each may message
 * each would be 400 arrows, which nobody can read and which take minutes to place.
 *
 * @returns The hubs, and the edges with those of the hubs, last, in place of those they stand for.
 */
export function toMessageHubs({ edges }: Topology): {
  readonly hubs: readonly MessageHub[];
  readonly edges: readonly TopologyEdge[];
} {
  const hubs: MessageHub[] = [];
  const led: TopologyEdge[] = [];
  const replaced = new Set<string>();
  for (const { sources, targets } of toCrowds(edges)) {
    if (sources.length * targets.length <= sources.length + targets.length) continue;
    const id = `messages:${hubs.length}`;
    hubs.push({ id, kind: 'hub' });
    for (const source of sources) {
      replaced.add(source);
      led.push({ source, target: id, kind: 'messages' });
    }
    for (const target of targets) led.push({ source: id, target, kind: 'messages' });
  }
  const others = edges.filter(({ source, kind }) => kind !== 'messages' || !replaced.has(source));
  return { hubs, edges: [...others, ...led] };
}

interface Crowd {
  readonly sources: string[];
  readonly targets: readonly string[];
}

/** The groups that send messages, those that may send them to the same groups together. */
function toCrowds(edges: readonly TopologyEdge[]): Crowd[] {
  const targets = new Map<string, string[]>();
  for (const { source, target, kind } of edges) {
    if (kind !== 'messages') continue;
    const known = targets.get(source);
    if (known === undefined) targets.set(source, [target]);
    else known.push(target);
  }
  const crowds = new Map<string, Crowd>();
  for (const [source, known] of targets) {
    const key = JSON.stringify(known);
    const crowd = crowds.get(key);
    if (crowd === undefined) crowds.set(key, { sources: [source], targets: known });
    else crowd.sources.push(source);
  }
  return [...crowds.values()];
}

import { TALK_EDGES_KEPT } from '../../base/monitor-limits.ts';
import { MESSAGE_KINDS } from './rows.ts';

/** Above every node. */
const NODES = 2 ** 25;

/** Messages from one node to another. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  total: number;
  /** Within the window of time that its owner keeps. */
  recent: number;
  /** How many of each kind, in the order of `MESSAGE_KINDS`. */
  readonly kinds: Uint32Array;
}

/** Who has said how much to whom, by numbers of nodes below 2^25. What comes when it is full is counted together. */
export class EdgeTable {
  /** All that have no edge of their own. */
  readonly rest: Edge = toEdge(-1, -1);
  readonly #edges = new Map<number, Edge>();
  readonly #max: number;

  /** @param max Edges of their own. Default `TALK_EDGES_KEPT` (20,000). */
  constructor(max = TALK_EDGES_KEPT) {
    this.#max = max;
  }

  get size(): number {
    return this.#edges.size;
  }

  /** The edge, or what it is counted with. It is the same at every call. */
  edge(from: number, to: number): Edge {
    const key = from * NODES + to;
    const known = this.#edges.get(key);
    if (known !== undefined) return known;
    if (this.#edges.size >= this.#max) return this.rest;
    const edge = toEdge(from, to);
    this.#edges.set(key, edge);
    return edge;
  }

  /** Those with the most messages, busiest first, and the sum of all others. */
  busiest(count: number): { readonly edges: readonly Edge[]; readonly rest: Edge } {
    const sorted = [...this.#edges.values()].sort((a, b) => b.total - a.total || a.from - b.from || a.to - b.to);
    const rest = toEdge(-1, -1);
    for (const edge of [this.rest, ...sorted.slice(count)]) {
      rest.total += edge.total;
      rest.recent += edge.recent;
      for (const [kind, messages] of edge.kinds.entries()) rest.kinds[kind] = (rest.kinds[kind] ?? 0) + messages;
    }
    return { edges: sorted.slice(0, count), rest };
  }

  /** Nothing is recent any more. */
  forgetRecent(): void {
    this.rest.recent = 0;
    for (const edge of this.#edges.values()) edge.recent = 0;
  }
}

function toEdge(from: number, to: number): Edge {
  return { from, to, total: 0, recent: 0, kinds: new Uint32Array(MESSAGE_KINDS.length) };
}

import type { GroupInfo, MessageKind } from '../../../protocol.ts';
import type { TalkEdge, TalkView } from '../../talk-messages.ts';
import { formatCount } from '../format.ts';

/** Arrows drawn, the busiest ones: more cannot be told apart. */
export const ARROWS_MAX = 60;
/** With more arrows their numbers are shown only when one is pointed at. */
export const NUMBERS_MAX = 24;

/** Who talks to whom, as it is drawn: always in the same order, so that what stays has its place. */
export interface TalkGraph {
  readonly nodes: readonly TalkNode[];
  readonly edges: readonly TalkEdge[];
  /** Messages of which no arrow is drawn. */
  readonly rest: number;
}

export interface TalkNode {
  readonly name: string;
  /** Such as `20 agents`; empty for one agent. */
  readonly detail: string;
}

export function toTalkGraph({ edges, rest }: TalkView, groups: readonly GroupInfo[], max = ARROWS_MAX): TalkGraph {
  const drawn = edges.slice(0, max);
  const ranks = new Map(groups.map(({ name }, index) => [name, index]));
  const names = [...new Set(drawn.flatMap(({ from, to }) => [from, to]))].sort(compare(ranks));
  const places = new Map(names.map((name, index) => [name, index]));
  const placeOf = (name: string) => places.get(name) ?? 0;
  return {
    nodes: names.map((name) => ({ name, detail: toDetail(name, groups) })),
    edges: [...drawn].sort((a, b) => placeOf(a.from) - placeOf(b.from) || placeOf(a.to) - placeOf(b.to)),
    rest: edges.slice(max).reduce((sum, { total }) => sum + total, rest.total),
  };
}

/** Names the arrow from one node to another. */
export function toArrowId({ from, to }: Pick<TalkEdge, 'from' | 'to'>): string {
  return `${from}>${to}`;
}

/** What most of an edge's messages are. */
export function toMainKind({ kinds }: Pick<TalkEdge, 'kinds'>): MessageKind {
  const [most] = toCounts(kinds);
  return most?.[0] ?? 'tell';
}

/** `12 messages: 8 ask, 4 tell`, the most frequent first. */
export function toEdgeText({ total, kinds }: Pick<TalkEdge, 'total' | 'kinds'>): string {
  const counted = toCounts(kinds).map(([kind, count]) => `${count} ${kind}`);
  return `${formatCount(total, 'message')}${counted.length > 0 ? `: ${counted.join(', ')}` : ''}`;
}

function toCounts(kinds: TalkEdge['kinds']): [MessageKind, number][] {
  return (Object.entries(kinds) as [MessageKind, number][]).sort((a, b) => b[1] - a[1]);
}

/** Who is outside first, then by group, in the run's order, then by number. */
function compare(ranks: ReadonlyMap<string, number>): (one: string, other: string) => number {
  const toOrder = (name: string): readonly [number, number] => {
    const known = ranks.get(name);
    if (known !== undefined) return [known, -1];
    const { group, index } = splitAgent(name);
    return [ranks.get(group) ?? -1, index];
  };
  return (one, other) => {
    const [a, b] = [toOrder(one), toOrder(other)];
    return a[0] - b[0] || a[1] - b[1] || (one < other ? -1 : 1);
  };
}

function toDetail(name: string, groups: readonly GroupInfo[]): string {
  const group = groups.find((other) => other.name === name);
  if (group !== undefined) return formatCount(group.count, 'agent');
  if (name.startsWith('source:')) return 'a source';
  if (name.includes('/')) return '';
  return name === 'user' ? 'from outside' : 'others';
}

function splitAgent(name: string): { readonly group: string; readonly index: number } {
  const cut = name.lastIndexOf('/');
  return { group: name.slice(0, Math.max(0, cut)), index: Number(name.slice(cut + 1)) || 0 };
}

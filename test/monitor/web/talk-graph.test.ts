import { expect, test } from 'vitest';
import type { TalkEdge, TalkView } from '../../../src/monitor/talk-messages.ts';
import { toEdgeText, toMainKind, toTalkGraph } from '../../../src/monitor/web/messages/talk-graph.ts';
import type { GroupInfo } from '../../../src/protocol.ts';

const group = (name: string, first: number, count: number): GroupInfo => ({
  name,
  first,
  count,
  model: 'm',
  tools: [],
});
const groups = [group('writer', 0, 20), group('editor', 20, 1)];
const edge = (from: string, to: string, total: number): TalkEdge => ({ from, to, total, kinds: {}, perSecond: 0 });
const rest = { total: 5, kinds: {}, perSecond: 0 };
const view = (...edges: TalkEdge[]): TalkView => ({ edges, rest });

test('who is outside first, then the groups in the run’s order, members by number', () => {
  const edges = [
    edge('editor', 'writer/10', 9),
    edge('writer/2', 'editor', 8),
    edge('user', 'writer', 7),
    edge('source:tail', 'editor', 6),
    edge('gone', 'writer/2', 6),
  ];
  const { nodes } = toTalkGraph(view(...edges), groups);
  expect(nodes).toEqual([
    { name: 'gone', detail: 'others' },
    { name: 'source:tail', detail: 'a source' },
    { name: 'user', detail: 'from outside' },
    { name: 'writer', detail: '20 agents' },
    { name: 'writer/2', detail: '' },
    { name: 'writer/10', detail: '' },
    { name: 'editor', detail: '1 agent' },
  ]);
});

test('is the same however busy the edges are', () => {
  const [one, two] = [edge('writer', 'editor', 5), edge('editor', 'writer', 4)];
  const [a, b] = [toTalkGraph(view(one, two), groups), toTalkGraph(view({ ...two, total: 6 }, one), groups)];
  expect(a.nodes).toEqual(b.nodes);
  expect(a.edges.map(({ from }) => from)).toEqual(b.edges.map(({ from }) => from));
});

test('the busiest arrows are drawn, the other messages counted', () => {
  const graph = toTalkGraph(
    view(edge('user', 'writer', 9), edge('writer', 'editor', 3), edge('editor', 'user', 2)),
    groups,
    1,
  );
  expect(graph.edges).toEqual([edge('user', 'writer', 9)]);
  expect(graph.nodes.map(({ name }) => name)).toEqual(['user', 'writer']);
  expect(graph.rest).toBe(10);
});

test('what is said on an edge, in words', () => {
  const kinds = { tell: 2, ask: 7, reply: 1 };
  expect(toEdgeText({ total: 10, kinds })).toBe('10 messages: 7 ask, 2 tell, 1 reply');
  expect(toEdgeText({ total: 1, kinds: {} })).toBe('1 message');
  expect([toMainKind({ kinds }), toMainKind({ kinds: {} })]).toEqual(['ask', 'tell']);
});

import { expect, test } from 'vitest';
import { toMessageHubs } from '../../../src/monitor/chart/message-hubs.ts';
import type { TopologyEdge } from '../../../src/monitor/chart/topology.ts';

const message = (source: string, target: string): TopologyEdge => ({ source, target, kind: 'messages' });
const lead = (edges: readonly TopologyEdge[]) => toMessageHubs({ id: 's', nodes: [], edges });
const each = (sources: string, targets: string) =>
  [...sources].flatMap((source) => [...targets].map((target) => message(source, target)));

test('groups that may message the same groups do so through a hub', () => {
  const asks = { source: 'a', target: 'model:m', kind: 'asks' } as const;
  const { hubs, edges } = lead([asks, ...each('abc', 'ab'), message('d', 'a')]);
  expect(hubs).toEqual([{ id: 'messages:0', kind: 'hub' }]);
  expect(edges).toEqual([
    asks,
    message('d', 'a'),
    message('a', 'messages:0'),
    message('b', 'messages:0'),
    message('c', 'messages:0'),
    message('messages:0', 'a'),
    message('messages:0', 'b'),
  ]);
});

test('different recipients are different hubs, so that nothing is said that is not so', () => {
  const { hubs, edges } = lead([...each('abc', 'xy'), ...each('def', 'xyz')]);
  expect(hubs).toHaveLength(2);
  expect(edges).toContainEqual(message('messages:1', 'z'));
  expect(edges).not.toContainEqual(message('messages:0', 'z'));
});

test.each([
  ['one sender', each('a', 'xyz')],
  ['one recipient', each('abc', 'x')],
  ['two of each', each('ab', 'xy')],
])('no hub where it saves no arrow: %s', (_, edges) => {
  expect(lead(edges)).toEqual({ hubs: [], edges });
});

import { expect, test } from 'vitest';
import { type Edge, EdgeTable } from '../../../src/monitor/history/edge-table.ts';

function count(edge: Edge, messages: number, kind = 0): void {
  edge.total += messages;
  edge.recent += messages;
  edge.kinds[kind] = (edge.kinds[kind] ?? 0) + messages;
}

test('an edge is the same at every call, and another one the other way', () => {
  const table = new EdgeTable();
  expect(table.edge(1, 2)).toBe(table.edge(1, 2));
  expect(table.edge(2, 1)).not.toBe(table.edge(1, 2));
  expect(table.edge(2 ** 25 - 1, 2 ** 25 - 1)).not.toBe(table.edge(2 ** 25 - 1, 0));
  expect(table.size).toBe(4);
});

test('the busiest come first, and the others are summed', () => {
  const table = new EdgeTable();
  count(table.edge(0, 1), 2, 1);
  count(table.edge(1, 0), 5);
  count(table.edge(3, 0), 2);
  count(table.edge(0, 0), 1, 1);
  const { edges, rest } = table.busiest(2);
  expect(edges.map(({ from, to, total }) => [from, to, total])).toEqual([
    [1, 0, 5],
    [0, 1, 2],
  ]);
  expect([rest.total, rest.recent, [...rest.kinds.slice(0, 2)]]).toEqual([3, 3, [2, 1]]);
  expect(table.busiest(9).rest.total).toBe(0);
});

test('what comes when it is full is counted together', () => {
  const table = new EdgeTable(2);
  for (const from of [0, 1, 2, 3]) count(table.edge(from, 9), 1);
  expect(table.size).toBe(2);
  expect(table.edge(3, 9)).toBe(table.rest);
  expect(table.busiest(9).rest.total).toBe(2);
  table.forgetRecent();
  expect(table.busiest(9).edges.map(({ total, recent }) => [total, recent])).toEqual([
    [1, 0],
    [1, 0],
  ]);
  expect(table.busiest(9).rest.recent).toBe(0);
});

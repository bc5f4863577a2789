import { expect, test } from 'vitest';
import { toSequenceRows } from '../../../src/monitor/web/messages/sequence-rows.ts';
import { messageOf } from '../recorded.ts';

const said = (from: string, to: string, at = 1_500) => messageOf({ from, to, at });

test('each message goes from column to column, with its time where that has changed', () => {
  const rows = toSequenceRows([said('a/0', 'b/0'), said('b/0', 'a/0'), said('b/0', 'b/0', 2_000)], ['b/0', 'a/0']);
  expect(rows.map(({ from, to, time, who }) => [from, to, time, who])).toEqual([
    [1, 0, '00:01.500', ''],
    [0, 1, '', ''],
    [0, 0, '00:02.000', ''],
  ]);
});

test('members of a group that is a column are named; one with a column of its own is there', () => {
  const columns = ['writer', 'editor/0', 'writer/1', 'user'];
  const rows = toSequenceRows(
    [said('writer/7', 'editor/0'), said('user', 'writer/7'), said('writer/1', 'writer/2'), said('user', 'editor/0')],
    columns,
  );
  expect(rows.map(({ from, to, who }) => [from, to, who])).toEqual([
    [0, 1, 'writer/7'],
    [3, 0, '→ writer/7'],
    [2, 0, '→ writer/2'],
    [3, 1, ''],
  ]);
});

test('what others say is left out', () => {
  expect(toSequenceRows([said('a/0', 'c/0'), said('user', 'a/0')], ['a/0', 'b/0'])).toEqual([]);
  expect(toSequenceRows([], ['a/0'])).toEqual([]);
});

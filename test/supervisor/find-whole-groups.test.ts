import { expect, test } from 'vitest';
import { findWholeGroups, toGroup } from '../../src/supervisor/find-whole-groups.ts';

const members: Readonly<Record<string, readonly string[]>> = {
  a: ['a/0', 'a/1'],
  b: ['b/0', 'b/1', 'b/2'],
  'not-wired': ['not-wired/0'],
};
const office = {
  addresses: { members: (group: string) => members[group] },
  isWired: (group: string) => group !== 'not-wired',
};
const find = (from: string, receivers: readonly string[]) => [...findWholeGroups(office as never, from, receivers)];

test('finds wired groups of which nobody is left out', () => {
  expect(find('x/0', ['b/0', 'a/1', 'b/2', 'a/0', 'not-wired/0'])).toEqual(['a']);
  expect(find('x/0', ['b/0', 'b/1', 'b/2'])).toEqual(['b']);
  expect(find('x/0', [])).toEqual([]);
});

test('whoever sends it is not left out, whether he would receive it or not', () => {
  expect(find('b/1', ['b/0', 'b/2'])).toEqual(['b']);
  expect(find('b/1', ['b/0', 'b/1', 'b/2'])).toEqual(['b']);
  expect(find('b/1', ['b/1', 'b/2'])).toEqual([]);
});

test('a group that is not there has nobody', () => {
  expect(find('x/0', ['gone/0'])).toEqual([]);
  expect(toGroup('with/slash/12')).toBe('with/slash');
});

import { beforeEach, expect, test } from 'vitest';
import type { GroupSpec } from '../../src/protocol.ts';
import { Addresses } from '../../src/supervisor/addresses.ts';

let alive: Set<string>;
let addresses: Addresses;

function add(id: string, name?: string) {
  alive.add(id);
  const group = { name: id.split('/')[0] } as GroupSpec;
  addresses.add({ id, group, ...(name !== undefined && { name }) });
}

beforeEach(() => {
  alive = new Set();
  const known = new Set(['boss/0', 'a/0', 'a/1', 'a/2']);
  const directory = { isAlive: (id: string) => alive.has(id), isKnown: (id: string) => known.has(id) };
  addresses = new Addresses(directory, ['boss', 'a', 'empty']);
  add('boss/0', 'Ada');
  for (const id of ['a/0', 'a/1', 'a/2']) add(id, id === 'a/1' ? 'Ada' : id === 'a/2' ? 'Bob' : undefined);
});

test.each([
  ['its own', 'a/2', 'a/2'],
  ['the name of a group of one', 'boss', 'boss/0'],
  ['a name', 'Bob', 'a/2'],
  ['a name that two have: the first', 'Ada', 'boss/0'],
])('an agent is found by %s', (_, address, id) => expect(addresses.find(address)).toBe(id));

test('also when it has ended: who sends to it hears that', () => {
  alive.delete('boss/0');
  addresses.left('boss/0');
  expect(['boss/0', 'boss', 'Ada'].map((address) => addresses.find(address))).toEqual(Array(3).fill('boss/0'));
});

test.each([
  ['a', 'Cannot send to "a": the group has 3 members; say which, such as "a/0"'],
  ['a/7', 'Cannot send to "a/7": there is no such agent; "a" has a/0 to a/2'],
  ['empty', 'Cannot send to "empty": the group has no members yet'],
  [
    'Eve',
    'Cannot send to "Eve": there is no such agent; addresses are "group/index"; there are boss, a, empty, Ada, Bob',
  ],
])('%s is told with what there is instead', (address, message) => {
  expect(() => addresses.find(address)).toThrow(expect.objectContaining({ code: 'AGENT_UNKNOWN', message }));
});

test('of a long address and of many names only so much is told', () => {
  for (let i = 0; i < 100; i++) add(`a/${i + 3}`, `name ${i}`);
  const message = (() => {
    try {
      return addresses.find('x'.repeat(10_000));
    } catch (error) {
      return (error as Error).message;
    }
  })();
  expect(message.length).toBeLessThan(400);
});

test('members of a group are those who are alive, in order, newcomers too', () => {
  expect(addresses.members('a')).toEqual(['a/0', 'a/1', 'a/2']);
  expect(addresses.members('a')).toBe(addresses.members('a'));
  alive.delete('a/1');
  addresses.left('a/1');
  expect(addresses.members('a')).toEqual(['a/0', 'a/2']);
  add('a/3');
  expect(addresses.members('a')).toEqual(['a/0', 'a/2', 'a/3']);
  expect([addresses.members('empty'), addresses.members('nobody')]).toEqual([[], undefined]);
});

test('those that had ended before others came stand in their places', () => {
  const directory = { isAlive: (id: string) => alive.has(id), isKnown: () => true };
  addresses = new Addresses(directory, ['c']);
  for (const id of ['c/1', 'c/3', 'c/10']) add(id);
  alive.clear();
  for (const id of ['c/0', 'c/2', 'c/9', 'c/11']) add(id);
  for (const id of ['c/1', 'c/3', 'c/10']) alive.add(id);
  addresses.left('c/1');
  expect(addresses.members('c')).toEqual(['c/0', 'c/1', 'c/2', 'c/3', 'c/9', 'c/10', 'c/11']);
});

import { expect, test } from 'vitest';
import { baseOf, firstAlive, groupOf, indexOf } from '../../../src/messaging/wiring/topology.ts';
import { toAnswer, toContext } from './topology-context.ts';

test('reads an address', () => {
  expect([groupOf('a-b/12'), indexOf('a-b/12')]).toEqual(['a-b', 12]);
});

test('names what an answer leads to by which answer it was', () => {
  expect(baseOf(toAnswer('a/1', { observations: 7 }), 'ring:a')).toBe('a/1#7>ring:a');
});

test('finds the first who is alive, around the end', () => {
  const members = ['a/0', 'a/1', 'a/2'];
  expect(firstAlive(members, 1, toContext())).toBe('a/1');
  expect(firstAlive(members, 5, toContext(['a/2', 'a/0']))).toBe('a/1');
  expect(firstAlive(members, 0, toContext(members))).toBeUndefined();
  expect(firstAlive([], 0, toContext())).toBeUndefined();
});

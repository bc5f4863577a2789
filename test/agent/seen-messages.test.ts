import { expect, test } from 'vitest';
import { SeenMessages } from '../../src/agent/seen-messages.ts';
import { SEEN_MAX, SEEN_MS } from '../../src/base/limits.ts';

test('ids are known, oldest first, and others are not', () => {
  const seen = new SeenMessages(['a', 'b']);
  seen.add('c', 5);
  expect([...seen]).toEqual(['a', 'b', 'c']);
  expect(['a', 'c', 'd'].map((id) => seen.has(id))).toEqual([true, true, false]);
  expect([...new SeenMessages()]).toEqual([]);
});

test('an id is known for the time that a call takes to be made again, and not for ever', () => {
  const seen = new SeenMessages();
  seen.add('a', 0);
  seen.add('b', SEEN_MS - 1);
  seen.add('c', 2 * SEEN_MS - 2);
  expect(seen.has('b')).toBe(true);
  seen.add('d', 4 * SEEN_MS);
  expect([...seen]).toEqual(['c', 'd']);
});

test('of many at once the last thousand are known, and memory stays bounded', () => {
  const seen = new SeenMessages();
  for (let i = 0; i < 10 * SEEN_MAX; i++) seen.add(`m${i}`, 0);
  const kept = [...seen];
  expect(kept.length).toBeLessThanOrEqual(2 * SEEN_MAX);
  expect(kept.slice(-SEEN_MAX)).toEqual(Array.from({ length: SEEN_MAX }, (_, i) => `m${9 * SEEN_MAX + i}`));
});

test('what an earlier life has left is known in the first of this one', () => {
  const seen = new SeenMessages(Array.from({ length: SEEN_MAX }, (_, i) => `m${i}`));
  seen.add('new', 0);
  expect(seen.has('m0')).toBe(true);
});

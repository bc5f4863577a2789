import { expect, test } from 'vitest';
import { toItemDigest } from '../../src/conduct/item-digest.ts';

const item = { text: 'x', data: { a: 1, b: { c: [1, 2], d: null } }, user: 'ada', session: '1' };
const digest = toItemDigest('desk', item);

test('the same item has the same digest, whatever its id, its trace and the order of its members', () => {
  const { text, data, user, session } = item;
  const same = { session, user, data: { b: { d: null, c: data.b.c }, a: 1 }, text, id: 'i', trace: 't' };
  expect(toItemDigest('desk', same)).toBe(digest);
  expect(digest).toMatch(/^[\w-]{43}$/);
});

test.each([
  { ...item, text: 'y' },
  { ...item, data: { ...item.data, a: 2 } },
  { ...item, data: { ...item.data, b: { ...item.data.b, c: [2, 1] } } },
  { ...item, user: 'eve' },
  { ...item, session: '2' },
  { text: 'x' },
  { text: 'x', user: 'ada1' },
  {},
])('%j is another', (other) => {
  expect(toItemDigest('desk', other)).not.toBe(digest);
});

test('what is a text here and data there is not the same, nor is another source', () => {
  const all = [
    toItemDigest('desk', { text: 'x' }),
    toItemDigest('other', { text: 'x' }),
    toItemDigest('desk', { user: 'x' }),
    toItemDigest('desk', { data: { text: 'x' } }),
  ];
  expect(new Set(all).size).toBe(all.length);
});

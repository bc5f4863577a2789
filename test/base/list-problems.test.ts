import { expect, test } from 'vitest';
import { listProblems } from '../../src/base/list-problems.ts';

test('says each with its place, the value itself being /', () =>
  expect(
    listProblems([
      { path: '', message: 'must be object' },
      { path: '/a/0', message: 'is no number' },
    ]),
  ).toBe('/ must be object; /a/0 is no number'));

test('stays short, however many and long they are', () => {
  const text = listProblems(
    Array.from({ length: 5_000 }, () => ({ path: '/x'.repeat(9_000), message: 'y'.repeat(9_000) })),
  );
  expect(text).toMatch(/; 4992 more$/);
  expect(text.length).toBeLessThan(10_000);
});

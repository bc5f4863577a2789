import { expect, test } from 'vitest';
import { createWatchers } from '../../src/conduct/watchers.ts';

test('an agent is watched while one of those who watch asks for it', () => {
  const { add, isWatched } = createWatchers();
  expect(isWatched('a/0')).toBe(false);
  const ends = [add((agent) => agent === 'a/0'), add((agent) => agent.startsWith('a/'))];
  expect(['a/0', 'a/1', 'b/0'].map(isWatched)).toEqual([true, true, false]);
  ends[1]?.();
  expect(['a/0', 'a/1'].map(isWatched)).toEqual([true, false]);
  ends[0]?.();
  ends[0]?.();
  expect(isWatched('a/0')).toBe(false);
});

test('the same function may watch twice, and one end is one end', () => {
  const { add, isWatched } = createWatchers();
  const all = () => true;
  const end = add(all);
  add(all);
  end();
  expect(isWatched('a/0')).toBe(true);
});

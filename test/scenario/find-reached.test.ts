import { expect, test } from 'vitest';
import { findReached } from '../../src/scenario/find-reached.ts';

test('groups to which sources and wiring send have an inbox', () => {
  const sources = { a: { every: '1s', to: 'desk' }, b: { cron: '* * * * *', to: 'clerk/3' }, wrong: 5 };
  expect(findReached({ sources } as never).sort()).toEqual(['clerk', 'desk']);
  expect(findReached({})).toEqual([]);
});

test('finds whom wiring sends to', () => {
  const reached = (wiring: unknown) => findReached({ wiring } as never);
  expect(reached([{ pipeline: ['a', 'b', 'c'] }, { fan_out: 'x', to: 'd', gather: 'e' }, { ring: 'f' }])).toEqual([
    'b',
    'c',
    'd',
    'e',
    'f',
  ]);
  expect(reached([{ moderator: 'a', members: ['b'] }, { all_to_all: 'v' }, { blackboard: 'p', groups: 'g' }])).toEqual([
    'a',
    'b',
    'v',
    'g',
  ]);
  expect(reached([3, { pipeline: 'x', to: [1] }])).toEqual([]);
  expect(reached(undefined)).toEqual([]);
});

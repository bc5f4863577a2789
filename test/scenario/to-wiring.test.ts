import { expect, test } from 'vitest';
import { toWiring } from '../../src/scenario/to-wiring.ts';

test('is one spec for each kind, with lists for names and one round by default', () => {
  expect(toWiring({ pipeline: ['a', 'b'] })).toEqual({ kind: 'pipeline', groups: ['a', 'b'] });
  expect(toWiring({ pipeline: ['a', 'b'], policy: 'random' })).toMatchObject({ policy: 'random' });
  expect(toWiring({ fan_out: 'a', to: 'b' })).toEqual({ kind: 'fan-out', from: 'a', to: ['b'] });
  expect(toWiring({ fan_out: 'a', to: ['b', 'c'], gather: 'd' })).toMatchObject({ to: ['b', 'c'], gather: 'd' });
  expect(toWiring({ ring: 'a' })).toEqual({ kind: 'ring', group: 'a', rounds: 1 });
  expect(toWiring({ all_to_all: 'a', rounds: 4 })).toEqual({ kind: 'all-to-all', group: 'a', rounds: 4 });
  expect(toWiring({ moderator: 'a', members: 'b', rounds: 2 })).toEqual({
    kind: 'moderator',
    group: 'a',
    members: ['b'],
    rounds: 2,
  });
  expect(toWiring({ blackboard: 'x' })).toEqual({ kind: 'blackboard', name: 'x', groups: [] });
});

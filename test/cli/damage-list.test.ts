import { expect, test } from 'vitest';
import { createDamageList } from '../../src/cli/damage-list.ts';

const one = { run: 'r', agent: 'a/1', record: 2, problem: 'it is missing' };

test('a damage that is told several times is there once', () => {
  const { add, all, lines } = createDamageList();
  add(one);
  add({ ...one });
  add({ ...one, record: 3 });
  expect(all).toEqual([one, { ...one, record: 3 }]);
  expect(lines()[0]).toBe('Cannot read record 2 of agent "a/1" in run "r": it is missing');
});

test('what is not known to be another’s counts', () => {
  const { add, of } = createDamageList();
  const damages = [one, { run: 'r', problem: 'x' }, { problem: 'y' }, { run: 's', problem: 'z' }];
  for (const damage of damages) add(damage);
  expect(of('r')).toEqual(damages.slice(0, 3));
  expect(of('r', 'a/2')).toEqual(damages.slice(1, 3));
});

test('of many the first are shown and the rest is counted', () => {
  const { add, lines } = createDamageList();
  for (let record = 1; record <= 14; record++) add({ ...one, record });
  expect(lines()).toHaveLength(11);
  expect(lines().at(-1)).toBe('and 4 more');
});

import { expect, test } from 'vitest';
import type { Damage } from '../../../src/memory/lmdb/damage.ts';
import { checkGap, decode, KEY_PROBLEM, refuse, toPlace } from '../../../src/memory/lmdb/place.ts';
import { encodeRecord } from '../../../src/memory/lmdb/record.ts';

const place = { run: 'r', agent: 'a/1', record: 4 };

function told(work: (lose: (damage: Damage) => void) => void): Damage[] {
  const damages: Damage[] = [];
  work((damage) => damages.push(damage));
  return damages;
}

test('a key is a run, an agent and a number', () => {
  expect(toPlace(['r', 'a/1', 4], {}, refuse)).toEqual(place);
  for (const key of [['r', 'a/1', 4.5], ['r', 'a/1'], ['r', 1, 4], ['r', 'a', 'b', 4], 'r', null, undefined]) {
    expect(told((lose) => expect(toPlace(key, { run: 'r' }, lose)).toBeUndefined())).toEqual([
      { run: 'r', problem: KEY_PROBLEM },
    ]);
  }
});

test('a gap is told with the first number and how many are missing', () => {
  expect(told((lose) => checkGap(place, 4, lose))).toEqual([]);
  expect(told((lose) => checkGap(place, 3, lose))).toEqual([{ ...place, record: 3, problem: 'it is missing' }]);
  expect(told((lose) => checkGap(place, 1, lose))).toEqual([
    { ...place, record: 1, problem: 'it and 2 more are missing' },
  ]);
});

test('a record that cannot be decoded is told with its place', () => {
  expect(decode(encodeRecord({ a: 1 }), place, refuse)).toEqual({ a: 1 });
  expect(told((lose) => decode(Uint8Array.of(1, 2), place, lose))).toEqual([
    { ...place, problem: 'it is cut off after 2 bytes' },
  ]);
});

test('refusing names what it is about', () => {
  expect(() => refuse({ ...place, problem: 'it is missing' })).toThrow(
    expect.objectContaining({
      code: 'STORE_FAILED',
      message: 'Cannot read record 4 of agent "a/1" in run "r": it is missing',
    }),
  );
});

import { expect, test } from 'vitest';
import type { Damage } from '../../../src/memory/lmdb/damage.ts';
import { encodeRecord } from '../../../src/memory/lmdb/record.ts';
import { assertVersion, checkVersion, encodeVersion, STORE_LAYOUT } from '../../../src/memory/lmdb/store-version.ts';

const damaged = encodeVersion();
damaged[8]! ^= 1;

test('today’s version and none at all are taken', () => {
  expect(STORE_LAYOUT).toBe(1);
  assertVersion(encodeVersion());
  assertVersion(undefined);
});

test.each([
  [2, 'open it with a newer troupe'],
  [0, 'open it with an older troupe'],
])('version %d is refused with both and what to do', (layout, advice) => {
  const message = `its memory is of version ${layout}, and this troupe knows version 1 alone; ${advice}`;
  expect(() => assertVersion(encodeRecord({ layout }))).toThrow(message);
  expect(() => checkVersion(encodeRecord({ layout }), () => {})).toThrow(message);
});

test('a damaged one is refused to those who write, and told to those who read', () => {
  const problem = 'the record of its version cannot be read: it is damaged, its checksum does not match';
  expect(() => assertVersion(damaged)).toThrow(problem);
  const damages: Damage[] = [];
  checkVersion(damaged, (damage) => damages.push(damage));
  expect(damages).toEqual([{ problem }]);
});

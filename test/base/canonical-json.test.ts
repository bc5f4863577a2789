import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCanonicalJson } from '../../src/base/canonical-json.ts';
import type { Json } from '../../src/protocol.ts';

/** The same value with the members of every object the other way round. */
function turned(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  );
}

test('is JSON of the same value, whatever the order of the members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as Json;
      expect(JSON.parse(toCanonicalJson(plain))).toEqual(plain);
      expect(toCanonicalJson(turned(plain))).toBe(toCanonicalJson(plain));
    }),
  );
});

test('different values have different texts', () => {
  expect(toCanonicalJson({ a: [1, 2] })).not.toBe(toCanonicalJson({ a: [2, 1] }));
  expect(toCanonicalJson({ a: '1' })).not.toBe(toCanonicalJson({ a: 1 }));
});

import { expect, expectTypeOf, test } from 'vitest';
import { defined } from '../../src/scenario/defined.ts';

test('is the same value, with a type that has no undefined', () => {
  const value: { a?: number | undefined } = { a: 1 };
  const same = defined(value);
  expect(same).toBe(value);
  expectTypeOf(same).toEqualTypeOf<{ a?: number }>();
});

import { expect, test } from 'vitest';
import { withoutKept } from '../../src/base/without-kept.ts';
import { calls, decision } from '../agent/harness.ts';

test('leaves out what the provider wants back, and gives back what has none of it', () => {
  const plain = decision({ toolCalls: calls('a') });
  expect(withoutKept({ ...plain, kept: { secret: 1 } })).toEqual(plain);
  expect(withoutKept(plain)).toBe(plain);
  expect(withoutKept({ ...plain, kept: null })).toEqual(plain);
});

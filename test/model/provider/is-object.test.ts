import { expect, test } from 'vitest';
import { isObject } from '../../../src/model/provider/is-object.ts';

test.each([
  [{}, true],
  [[], true],
  [null, false],
  [undefined, false],
  ['text', false],
  [5, false],
])('%j: %s', (value, is) => {
  expect(isObject(value)).toBe(is);
});

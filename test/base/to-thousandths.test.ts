import { expect, test } from 'vitest';
import { toThousandths } from '../../src/base/to-thousandths.ts';

test('three decimals stay', () => {
  expect([0, 12, 0.1 + 0.2, 1201.25049, 1201.2505].map(toThousandths)).toEqual([0, 12, 0.3, 1201.25, 1201.251]);
});

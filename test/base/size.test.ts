import { expect, test } from 'vitest';
import { formatBytes, toBytes } from '../../src/base/size.ts';

test.each([
  ['500MB', 500_000_000],
  ['2 GB', 2_000_000_000],
  ['1.5kB', 1_500],
  ['12kb', 12_000],
  ['7 bytes', 7],
  ['0b', 0],
  ['1TB', 1e12],
])('%s is %d bytes', (text, bytes) => {
  expect(toBytes(text)).toBe(bytes);
});

test.each(['', '500', 'MB', '-1MB', '1e3MB', '1 XB', '1..5MB', '5MBs'])('"%s" is no size', (text) => {
  expect(toBytes(text)).toBeUndefined();
});

test.each([
  [0, '0 bytes'],
  [812, '812 bytes'],
  [1_000, '1.0 kB'],
  [12_345, '12.3 kB'],
  [999_900, '1.0 MB'],
  [500_000_000, '500 MB'],
  [2.5e15, '2500 TB'],
])('%d bytes are written as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

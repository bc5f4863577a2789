import fc from 'fast-check';
import * as lmdb from 'lmdb';
import { expect, test } from 'vitest';
import { decodeKey, encodeKey } from '../../../src/memory/lmdb/table-key.ts';

/** What lmdb itself does, which its types leave out. */
const { keyValueToBuffer, bufferToKeyValue } = lmdb as unknown as {
  readonly keyValueToBuffer: (key: unknown) => Uint8Array;
  readonly bufferToKeyValue: (bytes: Uint8Array) => unknown;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what lmdb does not mark in long texts
const isFit = (text: string): boolean => !/\0/.test(text) && (text.length < 64 || !/[\x01-\x04]/.test(text));
const name = fc.string({ unit: 'binary', maxLength: 100 }).filter(isFit);
const sequence = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

test('keys are those of lmdb, byte for byte, and back', () => {
  fc.assert(
    fc.property(name, name, sequence, (run, agent, number) => {
      const bytes = encodeKey([run, agent, number]);
      expect(bytes).toEqual(Buffer.from(keyValueToBuffer([run, agent, number])));
      expect(decodeKey(bytes)).toEqual([run, agent, number]);
      expect(bufferToKeyValue(bytes)).toEqual([run, agent, number]);
      expect(encodeKey(run)).toEqual(Buffer.from(keyValueToBuffer(run)));
      expect(decodeKey(encodeKey(run))).toBe(run);
    }),
  );
});

test('parts of keys and bytes bound ranges', () => {
  const after = encodeKey(['r', Uint8Array.of(0xff)]);
  expect(Buffer.compare(encodeKey(['r']), encodeKey(['r', 'a', 1]))).toBeLessThan(0);
  expect(Buffer.compare(encodeKey(['r', '\u{10FFFF}', 1]), after)).toBeLessThan(0);
  expect(Buffer.compare(after, encodeKey(['r1', 'a', 1]))).toBeLessThan(0);
});

test('any bytes are decoded or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const key = decodeKey(Buffer.from(bytes));
      expect(key === undefined || typeof key === 'string' || Array.isArray(key)).toBe(true);
    }),
  );
  for (const bytes of [
    [0x61, 0],
    [0x10, 0x40],
    [0xff, 0xfe],
  ])
    expect(decodeKey(Buffer.from(bytes))).toBeUndefined();
});

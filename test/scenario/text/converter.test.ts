import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { Converter, toKey, type YamlNode } from '../../../src/scenario/text/converter.ts';

function convert(text: string) {
  const converter = new Converter();
  const value = converter.convert(parseDocument(text, { uniqueKeys: false }).contents as YamlNode, 0);
  return { value, faults: converter.faults.map(({ path, offset }) => ({ path, offset })) };
}

describe('Converter', () => {
  test('makes plain values', () =>
    expect(convert('{ a: [1, x, true, null], 2: ~ }').value).toEqual({ a: [1, 'x', true, null], 2: null }));
  test('goes on after a fault, and keeps the first of duplicate keys', () =>
    expect(convert('{ a: 1, a: 2, b: .nan, c: 3 }')).toEqual({
      value: { a: 1, b: null, c: 3 },
      faults: [
        { path: ['a'], offset: 8 },
        { path: ['b'], offset: 17 },
      ],
    }));
  test('never sets a prototype', () => {
    const { value, faults } = convert('__proto__: { polluted: true }');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(faults).toHaveLength(1);
  });
});

test('toKey reads a key as it is written', () => {
  const keys = (parseDocument('{ a: 1, 0x10: 1, true: 1, "": 1, [x]: 1 }').contents as any).items;
  expect(keys.map((pair: any) => toKey(pair.key))).toEqual(['a', '0x10', 'true', '', undefined]);
});

import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord } from '../../../src/memory/lmdb/record.ts';

test('what is encoded is decoded, whatever JSON it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const json = JSON.parse(JSON.stringify(value)) as unknown;
      expect(decodeRecord(encodeRecord(json))).toEqual(json);
    }),
  );
});

test('records do not share memory, large or small', () => {
  const values = Array.from({ length: 200 }, (_, index) => ({ index, text: 'x'.repeat(index * index) }));
  const records = values.map(encodeRecord);
  expect(records.map(decodeRecord)).toEqual(values);
});

test('a flip of any one bit is found', () => {
  const record = encodeRecord({ agent: 'a/1', reply: 'Résumé 🎭' });
  for (let at = 0; at < record.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = Uint8Array.from(record);
      damaged[at]! ^= 1 << bit;
      expect(() => decodeRecord(damaged)).toThrow(/^it (is damaged, its checksum does not match|has layout \d+, and)/);
    }
  }
});

test('a record that is cut off or was swapped for nothing is found', () => {
  const record = encodeRecord(['text']);
  expect(() => decodeRecord(record.subarray(0, record.length - 1))).toThrow('it is damaged');
  expect(() => decodeRecord(record.subarray(0, 5))).toThrow('it is cut off after 5 bytes');
  expect(() => decodeRecord(new Uint8Array())).toThrow('it is cut off after 0 bytes');
});

test('the layout on disk is fixed: version, checksum of all with zeros for itself, JSON', () => {
  const record = encodeRecord('ab');
  expect([...record.subarray(0, 1), ...record.subarray(5)]).toEqual([1, 0x22, 0x61, 0x62, 0x22]);
  expect(record.readUInt32BE(1)).toBe(crc32(Uint8Array.of(1, 0, 0, 0, 0, 0x22, 0x61, 0x62, 0x22)));
});

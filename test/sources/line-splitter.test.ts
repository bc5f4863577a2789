import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SOURCE_LINE_MAX_BYTES } from '../../src/base/limits.ts';
import { type Line, LineSplitter } from '../../src/sources/line-splitter.ts';

function split(bytes: Buffer, sizes: readonly number[]): Line[] {
  const splitter = new LineSplitter();
  const lines: Line[] = [];
  let start = 0;
  for (let i = 0; start < bytes.length; i++) {
    const end = start + (sizes[i % sizes.length] ?? 1);
    lines.push(...splitter.push(bytes.subarray(start, end)));
    start = end;
  }
  const rest = splitter.rest();
  return rest === undefined ? lines : [...lines, rest];
}

const texts = (text: string, sizes: readonly number[] = [1_000]) =>
  split(Buffer.from(text), sizes).map((one) => one.text);

test('makes lines of pieces, whatever their ends', () => {
  expect(texts('a\nb\r\n\nc')).toEqual(['a', 'b', '', 'c']);
  expect(texts('')).toEqual([]);
  expect(texts('\n')).toEqual(['']);
});

test('a line without an end waits for it', () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from('par'))).toEqual([]);
  expect(splitter.push(Buffer.from('t\n'))).toEqual([{ text: 'part', bytes: 5, isCut: false }]);
  expect(splitter.rest()).toBeUndefined();
});

test('where the pieces end makes no difference, and every byte is counted', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'ü', '€', '😀', '"'), maxLength: 20 });
  fc.assert(
    fc.property(
      fc.array(line),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
      (list, sizes) => {
        const bytes = Buffer.from(list.map((one) => `${one}\n`).join(''));
        const lines = split(bytes, sizes);
        expect(lines.map(({ text }) => text)).toEqual(list);
        expect(lines.reduce((sum, one) => sum + one.bytes, 0)).toBe(bytes.length);
      },
    ),
  );
});

test.each([0, 1, 2, 3, 5_000])('a line %d bytes above the limit', (more) => {
  const long = 'x'.repeat(SOURCE_LINE_MAX_BYTES + more);
  for (const end of ['\n', '\r\n']) {
    const [line, next] = split(Buffer.from(`${long}${end}y\n`), [1_024]);
    expect(line?.text).toHaveLength(SOURCE_LINE_MAX_BYTES);
    expect(line).toMatchObject({ bytes: long.length + end.length, isCut: more > 0 });
    expect(next?.text).toBe('y');
  }
});

test.each(['ü', '€', '😀'])('cuts no %s in two', (character) => {
  for (const lead of ['', 'a', 'ab', 'abc']) {
    const [line] = split(Buffer.from(`${lead}${character.repeat(SOURCE_LINE_MAX_BYTES)}\n`), [65_536]);
    expect(line?.isCut).toBe(true);
    expect(line?.text.replaceAll(character, '')).toBe(lead);
    expect(Buffer.byteLength(line?.text ?? '')).toBeGreaterThan(SOURCE_LINE_MAX_BYTES - 4);
    expect(Buffer.byteLength(line?.text ?? '')).toBeLessThanOrEqual(SOURCE_LINE_MAX_BYTES);
  }
});

test('what is no UTF-8 is shown as such', () => {
  expect(split(Buffer.from([0x61, 0xff, 0x0a]), [9])[0]?.text).toBe('a\ufffd');
});

test('a line of any length takes no more memory than its limit', () => {
  const splitter = new LineSplitter();
  const piece = Buffer.alloc(1_048_576, 0x61);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 200; i++) splitter.push(piece);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  expect(splitter.push(Buffer.from('\n'))[0]?.bytes).toBe(200 * 1_048_576 + 1);
});

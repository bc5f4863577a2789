import { expect, test } from 'vitest';
import { createKeptOutput } from '../../../src/tools/shell/kept-output.ts';

function keep(chunks: readonly (string | Buffer)[], maxBytes: number) {
  const output = createKeptOutput(maxBytes);
  for (const chunk of chunks) output.add(Buffer.from(chunk));
  return { bytes: output.bytes, ...output.text() };
}

test.each<[string[], string]>([
  [[], ''],
  [['abc'], 'abc'],
  [['a', 'b', 'c', 'defghij'], 'abcdefghij'],
  [['abcdefghij'], 'abcdefghij'],
  [['abcdef', 'ghij'], 'abcdefghij'],
])('%j is kept whole', (chunks, text) =>
  expect(keep(chunks, 10)).toEqual({ bytes: text.length, text, truncated: false }));

test.each([
  [['abcdefghijk']],
  [['abcd', 'e', 'f', 'g', 'h', 'ijk']],
  [[...'abcdefghijk']],
])('%j loses its middle', (chunks) =>
  expect(keep(chunks, 10)).toEqual({ bytes: 11, text: 'abcde\n… [1 bytes cut out] …\nghijk', truncated: true }));

test('of much it keeps the beginning and the end', () => {
  const chunks = Array.from({ length: 1_000 }, (_, index) => `${index}`.padStart(4, '0').repeat(100));
  const { text, bytes } = keep(chunks, 1_000);
  expect(bytes).toBe(400_000);
  expect(text).toBe(
    `${'0000'.repeat(100)}${'0001'.repeat(25)}\n… [399000 bytes cut out] …\n${'0998'.repeat(25)}${'0999'.repeat(100)}`,
  );
});

test('no character is cut in two', () => {
  expect(keep(['😀'.repeat(10)], 20).text).toBe('😀😀\n… [20 bytes cut out] …\n😀😀');
  expect(keep([Buffer.from('😀').subarray(0, 2), Buffer.from('😀').subarray(2)], 20).text).toBe('😀');
});

test('what is no text is shown as far as it goes', () =>
  expect(keep([Buffer.from([65, 0xff, 66])], 20)).toMatchObject({ text: 'A\ufffdB', truncated: false }));

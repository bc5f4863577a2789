import { expect, test } from 'vitest';
import { LineSplitter } from '../../../src/tools/mcp/line-splitter.ts';

function split(maxChars: number, ...chunks: string[]) {
  const lines: (string | [string, string])[] = [];
  const splitter = new LineSplitter(maxChars, (line, ending) =>
    lines.push(ending === undefined ? line : [line, ending]),
  );
  for (const chunk of chunks) splitter.push(chunk);
  return { lines, splitter };
}

test('lines come whole, however they are cut into chunks', () => {
  const text = 'one\ntwo\r\n\nthree\n';
  for (let size = 1; size <= text.length; size++) {
    const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    );
    expect(split(100, ...chunks).lines).toEqual(['one', 'two', 'three']);
  }
});

test('the last line, which has no end, comes with flush, once', () => {
  const { lines, splitter } = split(100, 'one\ntw', 'o');
  expect(lines).toEqual(['one']);
  splitter.flush();
  splitter.flush();
  expect(lines).toEqual(['one', 'two']);
});

test('of a long line the beginning is kept and the end, and the next one is whole', () => {
  const long = `begin${'x'.repeat(1_000)}end`;
  const { lines } = split(5, long.slice(0, 3), long.slice(3, 600), long.slice(600), '\r\nnext\n');
  expect(lines).toEqual([['begin', `${'x'.repeat(96)}end`], 'next']);
});

test('a line of exactly the limit is not cut', () => {
  expect(split(5, '12345\n123456\n').lines).toEqual(['12345', ['12345', '6']]);
});

import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { loadTokenizer } from '../../../src/model/context/load-tokenizer.ts';

const count = await loadTokenizer();
const prose = 'The quick brown fox jumps over the lazy dog, and nobody minds. '.repeat(20);

test('counts as o200k_base does', () => {
  expect(count('')).toBe(0);
  expect(count('Hello, World!')).toBe(4);
  expect(count('こんにちは、世界！お元気ですか？')).toBe(10);
  expect(count('<|endoftext|>')).toBeGreaterThan(1);
});

test('is loaded once', () => {
  expect(loadTokenizer()).toBe(loadTokenizer());
});

test('counts the same in pieces where there are blanks, and nearly so where there are none', () => {
  expect(count(prose)).toBe(countTokens(prose));
  const unbroken = prose.replaceAll(' ', '');
  expect(count(unbroken) / countTokens(unbroken)).toBeGreaterThan(0.99);
  expect(count(unbroken) / countTokens(unbroken)).toBeLessThan(1.02);
});

test('samples long texts', () => {
  const long = prose.repeat(200);
  expect(count(long) / countTokens(long)).toBeGreaterThan(0.95);
  expect(count(long) / countTokens(long)).toBeLessThan(1.05);
});

test.each([
  ['letters', 'a'.repeat(100_000)],
  ['blanks', ' '.repeat(100_000)],
  ['line feeds', '\n'.repeat(100_000)],
  ['Chinese without punctuation', '中文字符测试内容'.repeat(4_000)],
  ['emoji', '😀'.repeat(16_000)],
  ['halves of characters', '\ud83d'.repeat(32_000)],
])('is not held up by a run of %s', (_, text) => {
  const before = process.cpuUsage();
  expect(count(text)).toBeGreaterThan(100);
  // Merged as one piece, a run of this length takes from 2 to 7 s.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
});

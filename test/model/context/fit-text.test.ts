import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutMiddle, fitText } from '../../../src/model/context/fit-text.ts';

const byLength = (text: string): number => Math.ceil(text.length / 4);

test('keeps the two ends and says how much is gone', () => {
  const text = `${'a'.repeat(200)}${'b'.repeat(600)}${'c'.repeat(100)}`;
  expect(cutMiddle(text, 300)).toBe(`${'a'.repeat(200)}\n… [600 of 900 characters left out] …\n${'c'.repeat(100)}`);
  expect(cutMiddle(text, 850)).toBe(text);
  expect(cutMiddle(text, 0)).toBe('\n… [900 of 900 characters left out] …\n');
});

test('never leaves half a character', () => {
  for (let kept = 0; kept < 40; kept++) {
    const cut = cutMiddle('😀'.repeat(100), kept);
    // Half a character would be written as another one.
    expect(Buffer.from(cut).toString()).toBe(cut);
  }
});

test('leaves alone what fits', () => {
  expect(fitText('x'.repeat(400), 100, 0, byLength)).toHaveLength(400);
});

test('keeps about as much as fits', () => {
  const fitted = fitText('x'.repeat(100_000), 5_000, 0, byLength);
  expect(byLength(fitted)).toBeLessThanOrEqual(5_000);
  expect(byLength(fitted)).toBeGreaterThan(4_500);
});

test('fits even if tokens are spread unevenly', () => {
  // Digits take a token each, letters an eighth.
  const uneven = (text: string): number =>
    Math.ceil(text.replace(/\D/g, '').length + text.replace(/\d/g, '').length / 8);
  const text = `${'1'.repeat(5_000)}${'x'.repeat(90_000)}${'2'.repeat(5_000)}`;
  const fitted = fitText(text, 2_000, 0, uneven);
  expect(uneven(fitted)).toBeLessThanOrEqual(2_000);
  expect(fitted.length).toBeGreaterThan(500);
});

test('fits, or is the least that may be left', () => {
  const numbers = fc.integer({ min: 20, max: 2_000 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), numbers, numbers, (length, maxTokens, least) => {
      const text = 'x'.repeat(length);
      const fitted = fitText(text, maxTokens, least, byLength);
      const isLeast = fitted === cutMiddle(text, least);
      expect(isLeast || byLength(fitted) <= maxTokens).toBe(true);
      expect(fitted.length).toBeLessThanOrEqual(text.length);
    }),
  );
});

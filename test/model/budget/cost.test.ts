import fc from 'fast-check';
import { expect, test } from 'vitest';
import { affordableOutput, maxCost, NANO_USD, toCost } from '../../../src/model/budget/cost.ts';
import type { Price } from '../../../src/protocol.ts';

const price: Price = { inputUsd: 0.15, outputUsd: 0.6, cachedInputUsd: 0.075 };

test('costs by the price, in billionths of a dollar', () => {
  expect(maxCost(1_000_000, 1_000_000, price)).toBe(0.75 * NANO_USD);
  expect(maxCost(1, 0, price)).toBe(150);
  expect(maxCost(1_000, 1_000, undefined)).toBe(0);
  expect(toCost({ inputTokens: 1_000, outputTokens: 10 }, price)).toBe(156_000);
  expect(toCost({ inputTokens: 1_000, outputTokens: 10, cachedInputTokens: 600 }, price)).toBe(111_000);
  expect(toCost({ inputTokens: 1_000, outputTokens: 10, costUsd: 0.002 }, price)).toBe(2_000_000);
  expect(toCost({ inputTokens: 1_000, outputTokens: 10 }, undefined)).toBe(0);
});

test('takes the dearer input for the most that a call may cost', () => {
  expect(maxCost(1_000, 0, { inputUsd: 1, outputUsd: 5, cachedInputUsd: 1.25 })).toBe(1_250_000);
});

test('says what is affordable beside the input', () => {
  expect(affordableOutput(150_000 + 600 * 7, 1_000, price)).toBe(7);
  expect(affordableOutput(150_000 + 600 * 7 - 1, 1_000, price)).toBe(6);
  expect(affordableOutput(149_999, 1_000, price)).toBe(-1);
  expect(affordableOutput(150_000, 1_000, { inputUsd: 0.15, outputUsd: 0 })).toBe(Number.POSITIVE_INFINITY);
  expect(affordableOutput(0, 1_000, undefined)).toBe(Number.POSITIVE_INFINITY);
  expect(affordableOutput(-1, 1_000, undefined)).toBe(-1);
});

test('what is affordable stays within the money, one more does not; a usage within it costs no more', () => {
  const usd = fc.integer({ min: 1, max: 2_000_000 }).map((n) => n / 10_000);
  const count = fc.integer({ min: 0, max: 2_000_000 });
  fc.assert(
    fc.property(usd, usd, usd, count, count, count, (inputUsd, outputUsd, cachedInputUsd, money, input, cached) => {
      const terms = { inputUsd, outputUsd, cachedInputUsd };
      const nanoUsd = money * 1_000;
      const output = affordableOutput(nanoUsd, input, terms);
      if (output < 0) {
        expect(maxCost(input, 0, terms)).toBeGreaterThan(nanoUsd);
        return;
      }
      expect(maxCost(input, output, terms)).toBeLessThanOrEqual(nanoUsd);
      expect(maxCost(input, output + 2, terms)).toBeGreaterThan(nanoUsd);
      const usage = { inputTokens: input, outputTokens: output, cachedInputTokens: cached };
      expect(toCost(usage, terms)).toBeLessThanOrEqual(maxCost(input, output, terms));
    }),
  );
});

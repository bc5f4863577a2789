import { describe, expect, test } from 'vitest';
import { costOf } from '../../../src/model/gate/cost-of.ts';

describe('costOf', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 500_000 };

  test('is by the million, input and output', () => {
    expect(costOf(usage, { inputUsd: 3, outputUsd: 15 })).toBeCloseTo(3 + 7.5);
  });

  test('has a price of its own for cached input, if there is one', () => {
    const cached = { ...usage, cachedInputTokens: 400_000 };
    expect(costOf(cached, { inputUsd: 3, outputUsd: 0, cachedInputUsd: 0.3 })).toBeCloseTo(1.8 + 0.12);
    expect(costOf(cached, { inputUsd: 3, outputUsd: 0 })).toBeCloseTo(3);
  });

  test('never has more cached than there was', () => {
    const wrong = { inputTokens: 10, outputTokens: 0, cachedInputTokens: 1_000_000 };
    expect(costOf(wrong, { inputUsd: 3, outputUsd: 0, cachedInputUsd: 1 })).toBeCloseTo(10 / 1e6);
  });
});

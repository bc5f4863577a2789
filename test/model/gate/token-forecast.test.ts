import { describe, expect, test } from 'vitest';
import { TokenForecast } from '../../../src/model/gate/token-forecast.ts';
import { observe, request } from '../requests.ts';

describe('TokenForecast', () => {
  const asked = request(observe('x'.repeat(400)));

  test('is the input and a short answer to begin with', () => {
    expect(new TokenForecast().of(asked)).toBe(100 + 256);
  });

  test('an answer is not longer than it may be', () => {
    expect(new TokenForecast().of({ ...asked, maxOutputTokens: 10 })).toBe(110);
  });

  test('learns how long answers are, and what input comes to', () => {
    const forecast = new TokenForecast();
    for (let i = 0; i < 200; i++) forecast.learn(asked, { inputTokens: 300, outputTokens: 1_000 });
    expect(forecast.of(asked)).toBeGreaterThan(1_290);
    expect(forecast.of(asked)).toBeLessThanOrEqual(1_301);
    expect(forecast.of(request(observe('x'.repeat(800))))).toBeGreaterThan(1_590);
  });

  test('an empty request teaches nothing about input', () => {
    const forecast = new TokenForecast();
    forecast.learn(request(observe('')), { inputTokens: 5_000, outputTokens: 256 });
    expect(forecast.of(asked)).toBe(356);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLimits } from '../../../src/model/provider/read-limits.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('readLimits', () => {
  test("OpenAI's", () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-reset-tokens': '6m0s',
    };
    expect(readLimits(headers, NOW)).toEqual({
      requests: { limit: 60, remaining: 59, resetMs: 1_000 },
      tokens: { limit: 150_000, remaining: 149_984, resetMs: 360_000 },
    });
  });

  test("Anthropic's, by the clock that sent them", () => {
    const headers = {
      date: 'Thu, 01 Jan 2026 00:00:10 GMT',
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:11Z',
      'anthropic-ratelimit-tokens-remaining': '7000',
    };
    expect(readLimits(headers, NOW)).toEqual({
      requests: { limit: 50, remaining: 49, resetMs: 1_000 },
      tokens: { remaining: 7_000 },
    });
  });

  test("of Anthropic's two kinds of tokens the one that runs out first", () => {
    const kind = (name: string, remaining: string) => ({
      [`anthropic-ratelimit-${name}-tokens-limit`]: '1000',
      [`anthropic-ratelimit-${name}-tokens-remaining`]: remaining,
    });
    const tokens = (input: string, output: string) =>
      readLimits({ ...kind('input', input), ...kind('output', output) }, NOW)?.tokens?.remaining;
    expect([tokens('10', '900'), tokens('900', '10')]).toEqual([10, 10]);
  });

  test.each([
    [
      { 'ratelimit-limit': '100', 'ratelimit-remaining': '98', 'ratelimit-reset': '30' },
      { limit: 100, remaining: 98, resetMs: 30_000 },
    ],
    [{ ratelimit: 'limit=100, remaining=50, reset=5' }, { limit: 100, remaining: 50, resetMs: 5_000 }],
    [
      { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
      { limit: 100, remaining: 50, resetMs: 30_000 },
    ],
    [
      { ratelimit: '"p";r=3', 'ratelimit-policy': '10;w=60' },
      { limit: 10, remaining: 3 },
    ],
  ])("the IETF's: %j", (headers: Record<string, string>, requests) => {
    expect(readLimits(headers, NOW)).toEqual({ requests });
  });

  test.each([
    ['12ms', 12],
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['1h2m3.5s', 3_723_500],
    ['2m59.56s', 179_560],
    ['1d', 86_400_000],
    ['0', 0],
    ['0.5', 500],
    ['2025-12-31T23:59:00Z', 0],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1767225600', undefined],
    ['9'.repeat(300), undefined],
  ])('a reset of %j', (text, resetMs) => {
    const headers = { 'x-ratelimit-limit-requests': '1', 'x-ratelimit-reset-requests': text };
    expect(readLimits(headers, NOW)?.requests).toEqual({ limit: 1, ...(resetMs !== undefined && { resetMs }) });
  });

  test('says nothing of headers that say nothing', () => {
    expect(readLimits({}, NOW)).toBeUndefined();
    expect(readLimits({ 'x-ratelimit-limit-requests': 'many', 'ratelimit-remaining': '-1' }, NOW)).toBeUndefined();
    expect(readLimits({ 'x-ratelimit-limit-requests': 5 as never, ratelimit: {} as never }, NOW)).toBeUndefined();
  });

  test('never throws, and what it says are numbers of 0 or more', () => {
    const name = fc.constantFrom(
      'x-ratelimit-limit-requests',
      'x-ratelimit-reset-tokens',
      'anthropic-ratelimit-tokens-reset',
      'ratelimit',
      'ratelimit-policy',
      'ratelimit-reset',
      'date',
    );
    const value = fc.oneof(fc.string(), fc.stringMatching(/^[0-9dhms.=;,rtq"-]{0,30}$/), fc.date().map(String));
    fc.assert(
      fc.property(fc.dictionary(name, value), (headers) => {
        const { requests = {}, tokens = {} } = readLimits(headers, NOW) ?? {};
        for (const number of [...Object.values(requests), ...Object.values(tokens)]) {
          expect(number).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(number)).toBe(true);
        }
      }),
    );
  });
});

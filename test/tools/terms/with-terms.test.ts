import { describe, expect, test } from 'vitest';
import { withTerms } from '../../../src/tools/terms/with-terms.ts';
import { createTool } from '../tool-context.ts';

const of = (effects: 'none' | 'idempotent' | 'once', name = 't') => createTool(() => 1, { effects, name });

describe('withTerms', () => {
  test('leaves tools as they are without any', () => {
    const tools = [of('once')];
    expect(withTerms('t', tools, {})).toBe(tools);
    expect(withTerms('t', tools, { retries: 0, cacheMs: 0 })).toBe(tools);
  });

  test('says how often a call is made again, and how many at once', () => {
    const [tool] = withTerms('t', [of('idempotent')], { retries: 2, concurrency: 3 });
    expect(tool?.terms).toMatchObject({ retries: 2, places: { held: 0, waiting: 0 }, cache: undefined });
    expect(tool).toMatchObject({ name: 't', effects: 'idempotent' });
  });

  test('gives several tools the same places, and each its own results', () => {
    const [a, b] = withTerms('set', [of('none', 'a'), of('none', 'b')], { concurrency: 1, cacheMs: 10 });
    expect(a?.terms?.places).toBe(b?.terms?.places);
    expect(a?.terms?.cache).not.toBe(b?.terms?.cache);
  });

  test('makes again, and keeps, what the effects of each allow', () => {
    const tools = withTerms('set', [of('none'), of('idempotent'), of('once')], { retries: 2, cacheMs: 10 });
    expect(tools.map(({ terms }) => [terms?.retries, terms?.cache !== undefined])).toEqual([
      [2, true],
      [2, false],
      [0, false],
    ]);
  });

  test.each([
    [
      { retries: 1 },
      'once',
      /^Cannot make tool "pay": a failed call cannot be made again with effects "once", .*retries/,
    ],
    [
      { cacheMs: 1 },
      'once',
      /^Cannot make tool "pay": a result can stand for other calls only with effects "none", .*cache/,
    ],
    [{ cacheMs: 1 }, 'idempotent', /only with effects "none"/],
  ] as const)('refuses %j with effects %s', (terms, effects, message) =>
    expect(() => withTerms('pay', [of(effects)], terms)).toThrow(
      expect.objectContaining({ code: 'SCENARIO_INVALID', message: expect.stringMatching(message) }),
    ));

  test('has nothing to refuse of a server without tools', () =>
    expect(withTerms('none', [], { retries: 1, cacheMs: 1 })).toEqual([]));
});

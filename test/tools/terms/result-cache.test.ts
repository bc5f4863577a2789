import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOOL_CACHE_BYTES, TOOL_CACHE_ENTRIES } from '../../../src/base/limits.ts';
import { type Follower, ResultCache } from '../../../src/tools/terms/result-cache.ts';

describe('results', () => {
  test('stand for their time, and not a moment longer', () => {
    const cache = new ResultCache(100);
    cache.keep('k', { a: 1 }, 50);
    expect(cache.find('k', 149.9)).toEqual({ a: 1 });
    expect(cache.find('k', 150)).toBeUndefined();
    expect(cache.find('other', 50)).toBeUndefined();
  });

  test('may be null, and are replaced by newer ones', () => {
    const cache = new ResultCache(100);
    cache.keep('k', null, 0);
    expect(cache.find('k', 0)).toBeNull();
    cache.keep('k', 2, 99);
    expect(cache.find('k', 150)).toBe(2);
  });

  test('are bounded in number: the oldest give way', () => {
    const cache = new ResultCache(1e9);
    for (let i = 0; i <= TOOL_CACHE_ENTRIES; i++) cache.keep(`k${i}`, i, i);
    expect(cache.find('k0', 0)).toBeUndefined();
    expect(cache.find('k1', 0)).toBe(1);
    expect(cache.find(`k${TOOL_CACHE_ENTRIES}`, 0)).toBe(TOOL_CACHE_ENTRIES);
  });

  test('are bounded in bytes: the oldest give way, and one that is too large is not kept', () => {
    const cache = new ResultCache(1e9);
    const large = 'x'.repeat(TOOL_CACHE_BYTES / 2 - 1_000);
    for (const key of ['a', 'b', 'c']) cache.keep(key, large, 0);
    expect(['a', 'b', 'c'].map((key) => cache.find(key, 0) !== undefined)).toEqual([false, true, true]);
    cache.keep('d', 'x'.repeat(TOOL_CACHE_BYTES), 0);
    expect(cache.find('d', 0)).toBeUndefined();
    expect(cache.find('c', 0)).toBe(large);
    cache.keep('e'.repeat(TOOL_CACHE_BYTES), 1, 0);
    expect(cache.find('c', 0)).toBe(large);
  });

  test('are what was kept last for the key, within its time', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), value: fc.jsonValue(), wait: fc.nat(80) })),
        (steps) => {
          const cache = new ResultCache(100);
          const model = new Map<string, { value: unknown; until: number }>();
          let now = 0;
          for (const { key, value, wait } of steps) {
            now += wait;
            for (const name of ['a', 'b', 'c']) {
              const known = model.get(name);
              const expected = known !== undefined && now < known.until ? known.value : undefined;
              expect(cache.find(name, now)).toEqual(expected);
            }
            cache.keep(key, value as never, now);
            model.set(key, { value, until: now + 100 });
          }
        },
      ),
    ));
});

describe('calls under way', () => {
  const follower = (): Follower => ({ take: () => undefined, begin: () => undefined });

  test('have one that makes the call, and the others in their order', () => {
    const cache = new ResultCache(100);
    const [first, second, third] = [follower(), follower(), follower()];
    expect(cache.join('k', first)).toBe(false);
    expect(cache.join('k', second)).toBe(true);
    expect(cache.join('k', third)).toBe(true);
    expect(cache.join('other', second)).toBe(false);
    expect(cache.land('k')).toEqual([second, third]);
    expect(cache.land('k')).toEqual([]);
    expect(cache.join('k', third)).toBe(false);
  });
});

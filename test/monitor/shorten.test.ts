import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shorten } from '../../src/monitor/shorten.ts';
import type { Json } from '../../src/protocol.ts';

const shown = { chars: 5, entries: 2 };

// Read once, at the first text that is cut.
process.env.SHORTEN_TEST_TOKEN = 'abcdefghijklmnop';

test('long texts and lists are cut, and say how much is missing', () => {
  expect(shorten({ text: 'abcdefgh', list: [1, 'abcdefgh', 3, 4] }, shown)).toEqual({
    text: 'abcde… (3 more characters)',
    list: [1, 'abcde… (3 more characters)', '… 2 more'],
  });
});

test('what is short enough stays as it is, every member of an object too', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<Json>, (value) => {
      expect(shorten(value, { chars: 1e6, entries: 1e6 })).toEqual(value);
    }),
  );
  expect(shorten('abcde', shown)).toBe('abcde');
  expect(shorten([1, 2], shown)).toEqual([1, 2]);
});

test('what is nested without end ends', () => {
  let value: Json = 'x';
  for (let depth = 0; depth < 50; depth++) value = depth % 2 === 0 ? [value] : { value };
  expect(JSON.stringify(shorten(value, shown)).match(/[[{]/g)).toHaveLength(10);
});

test('a member named __proto__ is a member', () => {
  const value = JSON.parse('{ "__proto__": "abcdefgh" }') as Json;
  expect(JSON.stringify(shorten(value, shown))).toBe('{"__proto__":"abcde… (3 more characters)"}');
});

test('a secret is taken out before a text is cut in its middle', () => {
  const short = shorten(`${'x'.repeat(15)}abcdefghijklmnop and more`, { chars: 20, entries: 1 });
  expect(short).not.toContain('abc');
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/model/provider/parse-arguments.ts';

describe('parseArguments', () => {
  test.each([
    ['{"a":1,"b":[{"c":null}]}', { a: 1, b: [{ c: null }] }],
    [' {} ', {}],
    ['', {}],
    ['  \n', {}],
    ['{"a":"\\ud83d\\ude42"}', { a: '🙂' }],
    ['{"a":"🙂"}', { a: '🙂' }],
    ['{"a":"\\\\ud83d"}', { a: '\\ud83d' }],
    [{ a: 1 }, { a: 1 }],
  ])('reads %j', (input, args) => {
    expect(parseArguments(input)).toEqual({ args });
  });

  test.each([
    ['{"a":', /not JSON: /],
    ['["a"]', /must be a JSON object, not a list$/],
    ['null', /not null$/],
    ['"a"', /not a text$/],
    ['7', /not 7$/],
    [undefined, /not JSON: /],
    [Symbol('x'), /not JSON: /],
    [`{"a":${'['.repeat(65)}${']'.repeat(65)}}`, /nested more than 64 deep$/],
    ['{"a":[{"__proto__":1}]}', /holds a member called "__proto__"$/],
    ['{"a":1e999}', /holds a value that JSON does not have$/],
    ['{"a":"\\uD83D"}', /half of a surrogate pair/],
    ['{"a":"\ud83d"}', /half of a surrogate pair/],
    ['{"\\udc00":1}', /half of a surrogate pair/],
  ])('says what is wrong with %j', (input, problem) => {
    const { args, malformed } = parseArguments(input);
    expect(args).toEqual({});
    expect(malformed).toMatch(/^Cannot read the arguments: /);
    expect(malformed).toMatch(problem);
  });

  test('quotes little of what it cannot read', () => {
    expect(parseArguments('x'.repeat(1_000_000)).malformed?.length).toBeLessThan(250);
  });

  test('an object with a cycle is one that cannot be read', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(parseArguments(cycle).malformed).toMatch(/not JSON/);
  });

  test('reads what JSON.stringify writes', () => {
    const args = fc
      .dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
      .filter((value) => !('__proto__' in { ...value }) || !Object.hasOwn(value, '__proto__'));
    fc.assert(
      fc.property(args, (value) => {
        const text = JSON.stringify(value);
        expect(parseArguments(text)).toEqual({ args: JSON.parse(text) });
      }),
    );
  });
});

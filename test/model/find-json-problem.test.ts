import { describe, expect, test } from 'vitest';
import { findJsonProblem } from '../../src/model/find-json-problem.ts';

const nested = (levels: number): object => (levels === 0 ? {} : { in: nested(levels - 1) });
const cycle: Record<string, unknown> = {};
cycle.self = [cycle];

describe('findJsonProblem', () => {
  test.each([
    [{}],
    [null],
    ['text'],
    [{ a: [1, null, true, { b: 'c' }], d: undefined }],
    [Object.assign(Object.create(null), { a: 1 })],
    [nested(63)],
    [{ constructor: { prototype: 1 } }],
  ])('finds none in %j', (value) => {
    expect(findJsonProblem(value)).toBeUndefined();
  });

  test.each([
    ['a cycle', cycle, 'holds a cycle, or is nested more than 64 deep'],
    ['deep nesting', nested(64), 'holds a cycle, or is nested more than 64 deep'],
    ['too much', { a: new Array(100_001).fill(0) }, 'holds more than 100,000 values'],
    ['a member that would be a prototype', JSON.parse('{"a":{"__proto__":1}}'), 'holds a member called "__proto__"'],
    ['a number that is none', { a: Number.NaN }, 'holds a value that JSON does not have'],
    ['a function', { a: () => 1 }, 'holds a value that JSON does not have'],
    ['a big integer', [1n], 'holds a value that JSON does not have'],
    ['a date', { a: new Date(0) }, 'holds a value that JSON does not have'],
    ['a hole in a list', [undefined], 'holds a value that JSON does not have'],
  ])('finds %s', (_, value, problem) => {
    expect(findJsonProblem(value)).toBe(problem);
  });
});

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PROBLEMS_MAX } from '../../../src/base/limits.ts';
import { type Problem, ScenarioError, toFound, validate } from '../../../src/scenario/text/problems.ts';

const problem = (over: Partial<Problem>): Problem => ({
  file: 'f.yaml',
  line: 1,
  column: 1,
  path: 'a.b',
  message: 'is wrong',
  ...over,
});

describe('ScenarioError', () => {
  test('is a line for each problem, in the order of the file', () => {
    const error = new ScenarioError([problem({ line: 3, column: 2, hint: 'do this' }), problem({})]);
    expect(error.message).toBe('f.yaml:1:1: a.b: is wrong\nf.yaml:3:2: a.b: is wrong; do this');
    expect(error.problems.map(({ line }) => line)).toEqual([1, 3]);
  });
  test('leaves out a place and a path that are not there', () =>
    expect(new ScenarioError([problem({ line: 0, path: '' })]).message).toBe('f.yaml: is wrong'));
  test('ends a command with status 2', () => {
    const error = new ScenarioError([problem({})]);
    expect([error.code, error.exitStatus, error.name]).toEqual(['SCENARIO_INVALID', 2, 'ScenarioError']);
  });
  test('says the same thing once', () =>
    expect(new ScenarioError([problem({}), problem({})]).message).not.toContain('\n'));
  test('shows the first and counts the others', () => {
    const many = Array.from({ length: PROBLEMS_MAX + 7 }, (_, line) => problem({ line: line + 1 }));
    const lines = new ScenarioError(many).message.split('\n');
    expect(lines).toHaveLength(PROBLEMS_MAX + 1);
    expect(lines.at(-1)).toBe('... and 7 more');
  });
});

describe('toFound', () => {
  test.each([
    [null, 'nothing'],
    [[], 'a list'],
    [{}, 'a map'],
    [1.5, 'the number 1.5'],
    [false, 'false'],
    ['a"b', 'the text "a\\"b"'],
  ])('calls %j %s', (value, words) => expect(toFound(value)).toBe(words));
  test('cuts long texts', () => expect(toFound('x'.repeat(1_000)).length).toBeLessThan(80));
});

describe('validate', () => {
  const schema = z.strictObject({ size: z.enum(['small', 'large']), rest: z.strictObject({ n: z.int() }).optional() });

  test('gives the output of what fits', () =>
    expect(validate(schema, { size: 'small' }).output).toEqual({ size: 'small' }));
  test('says what is missing', () =>
    expect(validate(schema, {}).complaints).toEqual([
      { path: ['size'], message: 'missing key "size": expected one of small, large', hint: undefined },
    ]));
  test('suggests keys where they are unknown, and values where they are few', () =>
    expect(validate(schema, { size: 'lagre', rest: { n: 1, m: 2 } }).complaints).toEqual([
      {
        path: ['size'],
        message: 'expected one of small, large, found the text "lagre"',
        hint: 'did you mean "large"?',
      },
      { path: ['rest', 'm'], at: 'key', message: 'unknown key "m"', hint: 'did you mean "n"?' },
    ]));
});

import { describe, expect, test } from 'vitest';
import { compileExpression, compilePattern } from '../../src/base/expression.ts';

describe('compileExpression', () => {
  test.each([
    ['agents.done == 200', { agents: { done: 200 } }, true],
    ['wall_ms < 2 * critical_path_ms', { wall_ms: 5, critical_path_ms: 3 }, true],
    ['wall_ms < 1.5 * critical_path_ms', { wall_ms: 5, critical_path_ms: 3 }, false],
    ['wall_ms < 2 * critical_path_ms', { wall_ms: 5.5, critical_path_ms: 2.25 }, false],
    ['[1, 2].all(n, n < limit)', { limit: 3 }, true],
    ['text.matches("^a+b") && !text.matches("c")', { text: 'aab' }, true],
  ])('%s', (source, scope, value) => {
    expect(compileExpression(source).evaluate(scope)).toBe(value);
  });

  test('lists the dotted names it reads, without those it binds itself', () => {
    expect(compileExpression('agents.done > 1 && names.all(n, n.size() > min) || agents.done < 0').reads).toEqual([
      'agents.done',
      'names',
      'min',
    ]);
  });

  test('refuses an unknown name and says which exist', () => {
    expect(() => compileExpression('agent.done == 1', ['agents', 'turns'])).toThrow(
      'Cannot read expression "agent.done == 1": unknown name "agent"; here are agents, turns',
    );
  });

  test('refuses a syntax error', () => {
    expect(() => compileExpression('1 +')).toThrow(/Cannot read expression "1 \+"/);
  });

  test('says which key is missing', () => {
    expect(() => compileExpression('a.b.c').evaluate({ a: {} })).toThrow(/Cannot evaluate "a.b.c": No such key: b/);
  });

  test('matches in linear time what makes a backtracking engine run for ever', () => {
    expect(compileExpression('text.matches("(a+)+$")').evaluate({ text: `${'a'.repeat(5_000)}!` })).toBe(false);
  });
});

describe('compilePattern', () => {
  test('finds anywhere', () => expect(compilePattern('b.d')('abcde')).toBe(true));
  test('refuses what RE2 cannot read', () => expect(() => compilePattern('(?<=a)b(')).toThrow(/Cannot read pattern/));
});

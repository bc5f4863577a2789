import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGlob } from '../../../src/tools/files/compile-glob.ts';

const fits = (pattern: string, path: string) => compileGlob(pattern)?.(path.split('/'));

describe('compileGlob', () => {
  test.each<[string, string, boolean]>([
    ['*.md', 'a.md', true],
    ['*.md', 'sub/a.md', true],
    ['*.md', 'a.mdx', false],
    ['*', '.hidden', true],
    ['a?c', 'abc', true],
    ['a?c', 'a😀c', true],
    ['a?c', 'ac', false],
    ['?', '', false],
    ['a.b', 'aXb', false],
    ['(a|b)+', 'a', false],
    ['[a]', 'a', false],
    ['sub/*', 'sub/a', true],
    ['sub/*', 'sub/a/b', false],
    ['./sub/*', 'sub/a', true],
    ['/sub/*', 'sub/a', true],
    ['**/*.ts', 'a.ts', true],
    ['**/*.ts', 'a/b/c.ts', true],
    ['src/**', 'src/a/b', true],
    ['src/**/b', 'src/b', true],
    ['src/**/b/**/c', 'src/x/b/y/b/c', true],
    ['src/**/b/**/c', 'src/x/y/c', false],
    ['*.{ts,js}', 'a.js', true],
    ['*.{ts,js}', 'a.{ts,js}', false],
    ['{a,b}{c,d}', 'bd', true],
    ['{a,{b,c}d}', 'cd', true],
    ['{a,b}/x', 'b/x', true],
    ['{a}', '{a}', true],
    ['a{,b}', 'a', true],
    ['**', 'a/b', true],
    ['.', '.', true],
    ['./a', 'a', true],
  ])('%j and %j: %j', (pattern, path, expected) => expect(fits(pattern, path)).toBe(expected));

  test('braces that come to too many alternatives are no pattern', () => {
    expect(compileGlob('{a,b}'.repeat(4))).toBeDefined();
    expect(compileGlob('{a,b}'.repeat(5))).toBeUndefined();
    expect(compileGlob('{a,b}'.repeat(40))).toBeUndefined();
  });

  test('fits as a regular expression would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 12 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 12 });
    const toExpression = (pattern: string) =>
      new RegExp(`^${pattern.replace(/[.]/g, '\\.').replace(/\*+/g, '.*').replace(/\?/g, '.')}$`);
    fc.assert(fc.property(text, name, (pattern, one) => fits(pattern, one) === toExpression(pattern).test(one)));
  });

  test('takes no longer for a pattern made to be slow', () => {
    const startedAt = performance.now();
    expect(fits(`${'*a'.repeat(99)}*b`, 'a'.repeat(255))).toBe(false);
    expect(fits(`${'**/a/'.repeat(40)}b`, Array(64).fill('a').join('/'))).toBe(false);
    // A regular expression would take years.
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

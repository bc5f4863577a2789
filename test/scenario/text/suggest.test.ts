import { describe, expect, test } from 'vitest';
import { didYouMean, suggest } from '../../../src/scenario/text/suggest.ts';

describe('suggest', () => {
  test.each([
    ['tols', 'tools'],
    ['toosl', 'tools'],
    ['Tools', 'tools'],
    ['failureRate', 'failure_rate'],
    ['failure-rate', 'failure_rate'],
  ])('%s finds %s', (word, found) => expect(suggest(word, ['model', 'tools', 'failure_rate'])).toBe(found));
  test('a word that is too far from all finds nothing', () => expect(suggest('zebra', ['tools'])).toBeUndefined());
  test('the nearest wins, the first of equals', () => expect(suggest('ab', ['xb', 'ax', 'abc'])).toBe('xb'));
  test('a long word costs nothing', () => expect(suggest('a'.repeat(100_000), ['a'.repeat(100_000)])).toBeUndefined());
});

describe('didYouMean', () => {
  test('names the near one', () => expect(didYouMean('tols', ['tools'])).toBe('did you mean "tools"?'));
  test('lists what there is when nothing is near', () =>
    expect(didYouMean('x', ['abcd', 'efgh'])).toBe('here are abcd, efgh'));
  test('lists twenty at most', () =>
    expect(
      didYouMean(
        'x',
        Array.from({ length: 30 }, (_, i) => `name-${i}`),
      ),
    ).toMatch(/name-19, \.\.\.$/));
  test('says nothing when there is nothing', () => expect(didYouMean('x', [])).toBeUndefined());
});

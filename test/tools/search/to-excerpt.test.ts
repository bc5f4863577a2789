import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toExcerpt } from '../../../src/tools/search/to-excerpt.ts';

const filler = (words: number) => 'lorem '.repeat(words).trim();

describe('toExcerpt', () => {
  test('a short text is the excerpt, on one line', () =>
    expect(toExcerpt('  Disk\n\n  full. ', new Set(['disk']))).toBe('Disk full.'));

  test('is around the terms, cut between words', () => {
    const text = `${filler(100)} The disk was full today. ${filler(100)}`;
    const excerpt = toExcerpt(text, new Set(['disk', 'full']));
    expect(excerpt).toContain('The disk was full today.');
    expect(excerpt).toMatch(/^…lorem .* lorem…$/);
    expect(excerpt.length).toBeLessThanOrEqual(240);
  });

  test('prefers the place with the most different terms', () => {
    const text = `disk disk disk ${filler(100)} disk quota exceeded ${filler(100)}`;
    expect(toExcerpt(text, new Set(['disk', 'quota', 'exceeded']))).toContain('disk quota exceeded');
  });

  test('without a term it is the beginning', () => {
    const excerpt = toExcerpt(`First ${filler(100)}`, new Set(['nothing']));
    expect(excerpt).toMatch(/^First lorem/);
    expect(excerpt).toMatch(/lorem…$/);
  });

  test('at the end of the text there is no mark after it', () =>
    expect(toExcerpt(`${filler(100)} the very last word`, new Set(['last']))).toMatch(/^….*last word$/));

  test('finds capitals and words between signs', () =>
    expect(toExcerpt(`${filler(100)} (OOM-Killer) ${filler(100)}`, new Set(['killer']))).toContain('OOM-Killer'));

  test('is never longer than 240 and never cuts a character', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('disk', 'full', ' ', '\n', '😀', '日本語', 'x'.repeat(50), '.'), { maxLength: 400 }),
        (parts) => {
          const excerpt = toExcerpt(parts.join(''), new Set(['disk', '日本語']));
          expect(excerpt.length).toBeLessThanOrEqual(240);
          expect(Buffer.from(excerpt).toString()).toBe(excerpt);
        },
      ),
    ));
});

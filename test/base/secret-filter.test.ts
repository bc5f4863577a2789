import { expect, test } from 'vitest';
import { addSecret } from '../../src/base/redact.ts';
import { createSecretFilter } from '../../src/base/secret-filter.ts';

const filter = createSecretFilter({ MY_API_KEY: 'sk-"quoted"\n1', OTHER: 'not a secret at all' });

test('secrets go from texts and from anything inside a value, as they are or as in an address', () => {
  expect(filter.text('the key is sk-"quoted"\n1.')).toBe('the key is [redacted].');
  expect(filter.text(`?key=${encodeURIComponent('sk-"quoted"\n1')}&b`)).toBe('?key=[redacted]&b');
  expect(filter.json({ a: ['x', { 'sk-"quoted"\n1': 'sk-"quoted"\n1' }], b: 'not a secret at all' })).toEqual({
    a: ['x', { '[redacted]': '[redacted]' }],
    b: 'not a secret at all',
  });
  addSecret('added-later-1234');
  expect(filter.text('added-later-1234')).toBe('[redacted]');
});

test('what has none is the same value, members called token among it', () => {
  const value = { token: 'page-2', list: [1] };
  expect(filter.json(value)).toBe(value);
  expect(filter.text('nothing')).toBe('nothing');
});

test('a secret in JSON in JSON, in a form, and with small letters in an address', () => {
  const secret = 'sk-"quoted"\n1';
  let text = secret;
  for (let depth = 0; depth < 3; depth++) {
    text = JSON.stringify({ text });
    expect(filter.text(text)).not.toMatch(/sk-|quoted/);
    expect(filter.json({ text }).text).not.toMatch(/sk-|quoted/);
  }
  expect(filter.text(encodeURIComponent(secret).replaceAll('%0A', '%0a'))).toBe('[redacted]');
  const other = createSecretFilter({ A_PASSWORD: 'correct horse battery' });
  expect(other.text(`?${new URLSearchParams({ q: 'correct horse battery' })}`)).toBe('?q=[redacted]');
});

test('a secret that comes in pieces is kept until it is whole, and nothing else is', () => {
  const pieces = (...all: string[]) => {
    const take = filter.stream();
    return all.map((piece, index) => take(piece, index === all.length - 1));
  };
  expect(pieces('The key is sk-"quo', 'ted"\n1.', '')).toEqual(['The key is', ' [redacted].', '']);
  expect(pieces('The key is s', 'mall.', ' sk-"q')).toEqual(['The key is ', 'small.', ' sk-"q']);
  expect(pieces('nothing ', 'of it', '')).toEqual(['nothing ', 'of it', '']);
});

test('a secret of digits leaves values as values, and takes out the number that it is', () => {
  const other = createSecretFilter({ A_PASSWORD: '12345678' });
  const value = { id: 12345678, at: 1712345678000, text: 'it is 12345678', '12345678': [true, null] };
  expect(other.json(value)).toEqual({
    id: '[redacted]',
    at: 1712345678000,
    text: 'it is [redacted]',
    '[redacted]': [true, null],
  });
  expect(other.json(undefined)).toBeUndefined();
});

test('so does one that begins like an escaped character', () => {
  const other = createSecretFilter({ A_PASSWORD: 'nabcdefgh' });
  expect(other.json(['\nabcdefgh', 'x nabcdefgh'])).toEqual(['[redacted]', 'x [redacted]']);
});

test('a text that is cut ends in no half of a secret, wherever it is cut', () => {
  const secret = 'sk-"quoted"\n1';
  for (let before = 0; before < 120; before++) {
    const text = `${'x'.repeat(before)}${secret} and ${secret}`;
    // Cut by us; and cut before, by somebody else, at the length that is read.
    for (const cut of [filter.cut(text, 20), filter.cut(text, text.length), filter.cut(text.slice(0, 80), 20)]) {
      expect(cut).not.toMatch(/sk-|quoted/);
    }
    expect(filter.cut(text, 20).length).toBeLessThanOrEqual(21);
  }
  expect(filter.cut('sk-', 20)).toBe('sk-');
  expect(filter.cut('ab', 2)).toBe('ab');
  expect(filter.cut('abc', 2)).toBe('ab…');
});

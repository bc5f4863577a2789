import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/base/redact.ts';

const value = (json: string) => JSON.parse(json) as unknown;

describe('secrets of the environment', () => {
  const redact = createRedactor({
    MODEL_API_KEY: 'sk-0123456789',
    GH_TOKEN: 'ghp_abcdefgh',
    Db_Password: 'pass"word\\n1',
    AWS_CREDENTIALS: 'ghp_abcdefgh-longer',
    SHORT_KEY: 'sk-0123',
    HOME: '/home/someone',
    KEYBOARD: 'a long layout',
  });

  test('are taken out wherever they stand', () => {
    expect(redact('{"a":"the key sk-0123456789, twice: sk-0123456789","ghp_abcdefgh":1}')).toBe(
      '{"a":"the key [redacted], twice: [redacted]","[redacted]":1}',
    );
  });

  test('also with signs that JSON writes differently', () => {
    expect(value(redact(JSON.stringify({ a: 'it is pass"word\\n1.' })))).toEqual({ a: 'it is [redacted].' });
  });

  test('a secret that holds another one goes as a whole', () => {
    expect(redact('"ghp_abcdefgh-longer"')).toBe('"[redacted]"');
  });

  test('what is too short, or is no secret by its name, stays', () => {
    const text = '"sk-0123 /home/someone a long layout"';
    expect(redact(text)).toBe(text);
  });
});

describe('members that are secrets by their names', () => {
  const redact = createRedactor({});

  test.each([
    'password',
    'Password',
    'client_secret',
    'clientsecret',
    'apikey',
    'api_key',
    'access_token',
    'token',
    'Authorization',
    'set-cookie',
    'private_key',
  ])('"%s"', (name) => {
    expect(value(redact(JSON.stringify({ [name]: 'a "quoted\\" secret', b: 'c' })))).toEqual({
      [name]: '[redacted]',
      b: 'c',
    });
    expect(redact(JSON.stringify({ [name]: 'secret' }, undefined, 2))).toContain('"[redacted]"');
  });

  test('numbers, objects and other names stay', () => {
    const kept = { tokens: 'many', token_count: 'x', secretary: 'Ada', token: 12, password: { a: 1 }, inputTokens: 3 };
    expect(value(redact(JSON.stringify(kept)))).toEqual(kept);
    expect(value(redact('["password","x"]'))).toEqual(['password', 'x']);
  });
});

test('what is JSON stays JSON, of the same shape', () => {
  const shape = (json: unknown): unknown => {
    if (Array.isArray(json)) return json.map(shape);
    if (typeof json !== 'object' || json === null) return typeof json;
    return Object.values(json).map(shape);
  };
  const redact = createRedactor({ A_KEY: 'abababab' });
  const keys = fc.constantFrom('password', 'token', 'a', '"', '\\', 'abababab');
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', ':', 'token') });
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(texts, fc.integer(), fc.array(tie('json')), fc.dictionary(keys, tie('json'))),
  }));
  fc.assert(
    fc.property(json, (original) => {
      const redacted = value(redact(JSON.stringify(original)));
      // Two names that hold the same secret become one.
      if (!JSON.stringify(original).includes('abababab')) expect(shape(redacted)).toEqual(shape(original));
    }),
    { numRuns: 500 },
  );
});

test('without an environment given it takes the process’s', () => {
  process.env.TROUPE_TEST_TOKEN = 'only-for-this-test';
  try {
    expect(createRedactor()('"only-for-this-test"')).toBe('"[redacted]"');
  } finally {
    delete process.env.TROUPE_TEST_TOKEN;
  }
});

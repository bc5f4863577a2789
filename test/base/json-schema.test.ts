import { describe, expect, test } from 'vitest';
import { compileSchema } from '../../src/base/json-schema.ts';
import type { Json, JsonSchema } from '../../src/protocol.ts';

const schema: JsonSchema = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 1 },
    limit: { type: 'integer', maximum: 20 },
    sort: { enum: ['asc', 'desc'] },
    unit: { const: 'ms' },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['query'],
  additionalProperties: false,
};
const check = (own: JsonSchema, value: unknown) => compileSchema(own, 'the output')(value as Json);

describe('a compiled schema', () => {
  test('says nothing of a value that fits', () => expect(check(schema, { query: 'x', limit: 3 })).toBeUndefined());

  test('lists every problem with its path, and what would be right', () => {
    const text = check(schema, { limit: 30, sort: 'up', unit: 's', tags: ['a', 1], extra: true });
    expect(text).toContain("/ must have required property 'query'");
    expect(text).toContain('/ must NOT have additional properties ("extra")');
    expect(text).toContain('/limit must be <= 20');
    expect(text).toContain('/sort must be equal to one of the allowed values: "asc", "desc"');
    expect(text).toContain('/unit must be equal to constant "ms"');
    expect(text).toContain('/tags/1 must be string');
  });

  test('takes values of any kind', () => {
    expect(check({ type: 'array', items: { type: 'number' } }, [1, 2])).toBeUndefined();
    expect(check({ type: 'array', items: { type: 'number' } }, [1, 'x'])).toBe('/1 must be number');
    expect(check({ type: 'string' }, null)).toBe('/ must be string');
  });

  test('stays short when there are many problems', () => {
    const text = check(schema, { query: 'x', tags: Array.from({ length: 5_000 }, () => 1) });
    expect(text).toMatch(/; 4992 more$/);
    expect(text?.length).toBeLessThan(1_000);
  });

  test('does not take a property of the prototype for one of the value', () =>
    expect(check({ required: ['toString'] }, {})).toContain('toString'));

  test('is of draft 2020-12, and does not look at $schema', () => {
    const pair = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      properties: { p: { prefixItems: [{ type: 'number' }] } },
    };
    expect(check(pair, { p: [1] })).toBeUndefined();
    expect(check(pair, { p: ['x'] })).toBe('/p/0 must be number');
  });

  test('may have the $id of another one', () => {
    expect(check({ $id: 'https://example.com/x', required: ['a'] }, {})).toContain("'a'");
    expect(check({ $id: 'https://example.com/x', required: ['b'] }, {})).toContain("'b'");
  });
});

test.each<[string, unknown]>([
  ['an unknown type', { type: 'nonsense' }],
  ['properties that are no object', { properties: 1 }],
  ['a reference to nowhere', { $ref: '#/$defs/none' }],
  ['a pattern that is none', { properties: { a: { pattern: '(' } } }],
])('refuses %s, and says whose schema it is', (_, bad) =>
  expect(() => compileSchema(bad as JsonSchema, 'the output of group "a"')).toThrow(
    expect.objectContaining({
      code: 'SCENARIO_INVALID',
      message: expect.stringMatching(/^Cannot use the output of group "a" as JSON Schema: /),
    }),
  ));

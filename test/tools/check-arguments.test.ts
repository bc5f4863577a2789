import { describe, expect, test } from 'vitest';
import type { Json, JsonSchema } from '../../src/protocol.ts';
import { checkArguments, compileSchema, prepareArguments } from '../../src/tools/check-arguments.ts';
import { createTool } from './tool-context.ts';

const schema: JsonSchema = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 1 },
    limit: { type: 'integer', maximum: 20 },
    sort: { enum: ['asc', 'desc'] },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['query'],
  additionalProperties: false,
};
const check = (parameters: JsonSchema, args: unknown) =>
  checkArguments(
    createTool(() => 1, { parameters }),
    args as Json,
  );

describe('checkArguments', () => {
  test('says nothing when they fit', () => expect(check(schema, { query: 'x', limit: 3 })).toBeUndefined());

  test('lists every problem with its path', () => {
    const text = check(schema, { limit: 30, sort: 'up', tags: ['a', 1], extra: true });
    expect(text).toContain("/ must have required property 'query'");
    expect(text).toContain('/ must NOT have additional properties ("extra")');
    expect(text).toContain('/limit must be <= 20');
    expect(text).toContain('/sort must be equal to one of the allowed values: "asc", "desc"');
    expect(text).toContain('/tags/1 must be string');
  });

  test('stays short when there are many problems', () => {
    const text = check(schema, { query: 'x', tags: Array.from({ length: 5_000 }, () => 1) });
    expect(text).toMatch(/; 4992 more$/);
    expect(text?.length).toBeLessThan(1_000);
  });

  test.each([[null], [undefined], [[]], ['x'], [1]])('refuses arguments that are no object: %j', (args) => {
    expect(check({ type: 'object' }, args)).toBe('/ must be object');
    expect(check(schema, args)).toBe('/ must be object');
  });

  test('a property of the prototype is not one of the arguments', () =>
    expect(check({ type: 'object', required: ['toString'] }, {})).toContain('toString'));

  test('takes draft 2020-12 and does not look at $schema', () => {
    const pair = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      properties: { p: { prefixItems: [{ type: 'number' }] } },
    };
    expect(check(pair, { p: [1] })).toBeUndefined();
    expect(check(pair, { p: ['x'] })).toBe('/p/0 must be number');
  });

  test('tools may have the same $id', () => {
    expect(check({ $id: 'https://example.com/tool', type: 'object', required: ['a'] }, {})).toContain("'a'");
    expect(check({ $id: 'https://example.com/tool', type: 'object', required: ['b'] }, {})).toContain("'b'");
  });

  test('a schema that cannot be used is the answer to every call', () => {
    const tool = createTool(() => 1, { parameters: { type: 'nonsense' } });
    const first = checkArguments(tool, {});
    expect(first).toMatch(/^Cannot use the parameters as JSON Schema: /);
    expect(checkArguments(tool, {})).toBe(first);
  });

  test('compiles once a tool', () => {
    let reads = 0;
    const tool = createTool(() => 1);
    Object.defineProperty(tool, 'parameters', {
      get: () => {
        reads++;
        return schema;
      },
    });
    for (let i = 0; i < 3; i++) checkArguments(tool, { query: 'x' });
    expect(reads).toBe(1);
  });
});

describe('compileSchema', () => {
  test.each<[string, unknown]>([
    ['an unknown type', { type: 'nonsense' }],
    ['properties that are no object', { properties: 1 }],
    ['a reference to nowhere', { $ref: '#/$defs/none' }],
    ['a pattern that is none', { properties: { a: { pattern: '(' } } }],
  ])('refuses %s', (_, bad) =>
    expect(() => compileSchema(bad as JsonSchema)).toThrow(expect.objectContaining({ code: 'TOOL_ARGUMENTS' })));
});

test('a validator is made once, ahead of the first call if asked for', () => {
  const tool = createTool(() => 1, { parameters: schema });
  const made = prepareArguments(tool);
  expect(prepareArguments(tool)).toBe(made);
  expect(made({ query: 'x' })).toBeUndefined();
  expect(made({})).toBe(checkArguments(tool, {}));
});

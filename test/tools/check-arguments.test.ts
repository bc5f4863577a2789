import { describe, expect, test } from 'vitest';
import type { Json, JsonSchema } from '../../src/protocol.ts';
import { checkArguments, prepareArguments } from '../../src/tools/check-arguments.ts';
import { createTool } from './tool-context.ts';

const schema: JsonSchema = { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] };
const check = (parameters: JsonSchema, args: unknown) =>
  checkArguments(
    createTool(() => 1, { parameters }),
    args as Json,
  );

describe('checkArguments', () => {
  test('says nothing when they fit', () => expect(check(schema, { query: 'x' })).toBeUndefined());

  test('says what is wrong, with its path', () => expect(check(schema, { query: 1 })).toBe('/query must be string'));

  test.each([[null], [undefined], [[]], ['x'], [1]])('refuses arguments that are no object: %j', (args) => {
    expect(check({ type: 'object' }, args)).toBe('/ must be object');
    expect(check(schema, args)).toBe('/ must be object');
    expect(check({}, args)).toBe('/ must be object');
  });

  test('leaves an object to a tool that checks it itself, and nothing else', () => {
    const tool = createTool(() => 1, { parameters: schema, checksArguments: true });
    expect(checkArguments(tool, { query: 1 })).toBeUndefined();
    expect(checkArguments(tool, [])).toBe('/ must be object');
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

test('a validator is made once, ahead of the first call if asked for', () => {
  const tool = createTool(() => 1, { parameters: schema });
  const made = prepareArguments(tool);
  expect(prepareArguments(tool)).toBe(made);
  expect(made({ query: 'x' })).toBeUndefined();
  expect(made({})).toBe(checkArguments(tool, {}));
});

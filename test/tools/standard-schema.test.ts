import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isStandardSchema, parseArguments, toJsonSchema } from '../../src/tools/standard-schema.ts';

/** A schema of no library: `validate` as given. */
function createSchema(validate: (value: any) => unknown, rest: object = {}): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'own', validate, ...rest } } as StandardSchemaV1;
}
const parse = (schema: StandardSchemaV1, args: unknown) => parseArguments(schema, args as never, (parsed) => parsed);

describe('isStandardSchema', () => {
  test.each<[string, unknown]>([
    ['an object of Zod', z.object({})],
    ['an object of Valibot', v.object({})],
    [
      'a function that has one',
      Object.assign(
        () => undefined,
        createSchema(() => undefined),
      ),
    ],
  ])('is true of %s', (_, schema) => expect(isStandardSchema(schema)).toBe(true));

  test.each([
    [{ type: 'object' }],
    [{ '~standard': null }],
    [{ '~standard': { version: 1 } }],
    [() => undefined],
    [null],
    [undefined],
    ['x'],
  ])('is false of %j', (value) => expect(isStandardSchema(value)).toBe(false));
});

describe('toJsonSchema', () => {
  test('is what the library says of the input, without its $schema', () =>
    expect(toJsonSchema(z.object({ n: z.string().transform(Number), m: z.number().default(3) }))).toEqual({
      type: 'object',
      properties: { n: { type: 'string' }, m: { type: 'number', default: 3 } },
      required: ['n'],
    }));

  test('of a library that says nothing is a TypeError that says what to give', () =>
    expect(() => toJsonSchema(v.object({ a: v.number() }))).toThrow(
      new TypeError(
        'its parameters are a schema of "valibot", which gives no JSON Schema for the model; give it as jsonSchema',
      ),
    ));

  test('of what JSON Schema cannot say is a TypeError that says so', () =>
    expect(() => toJsonSchema(z.object({ at: z.date() }))).toThrow(
      /^its parameters cannot be written as JSON Schema \(.+\); give it as jsonSchema$/,
    ));
});

describe('parseArguments', () => {
  test('gives on what the schema makes of them', () => {
    expect(parse(z.object({ n: z.string().transform(Number) }), { n: '7' })).toEqual({ n: 7 });
    expect(parse(v.object({ n: v.pipe(v.string(), v.transform(Number)) }), { n: '7' })).toEqual({ n: 7 });
  });

  test('waits for a schema that takes its time', async () => {
    const even = z.object({ n: z.number().refine(async (n) => n % 2 === 0, 'is odd') });
    await expect(
      parse(
        createSchema((value) => even.safeParseAsync(value).then(toResult)),
        { n: 2 },
      ),
    ).resolves.toEqual({
      n: 2,
    });
    await expect(parse(even, { n: 3 })).rejects.toThrow('/n is odd');
  });

  test('refuses with each problem and its path', () => {
    const schema = z.object({ a: z.number(), list: z.array(z.object({ b: z.string() })) });
    expect(() => parse(schema, { list: [{ b: 'x' }, {}] })).toThrow(
      expect.objectContaining({
        code: 'TOOL_ARGUMENTS',
        message: expect.stringMatching(
          /^Cannot call the tool: arguments do not fit: \/a Invalid input.*; \/list\/1\/b Invalid input/,
        ),
      }),
    );
    expect(() => parse(v.object({ a: v.object({ b: v.number() }) }), { a: { b: 'x' } })).toThrow(
      'arguments do not fit: /a/b Invalid type: Expected number but received "x"',
    );
  });

  test('takes paths of keys, of segments, of symbols, and none', () => {
    const issues = [{ message: 'm', path: ['a', { key: 0 }, Symbol('s')] }, { message: 'whole' }];
    expect(() =>
      parse(
        createSchema(() => ({ issues })),
        {},
      ),
    ).toThrow('/a/0/Symbol(s) m; / whole');
  });

  test('passes on what a schema throws', () =>
    expect(() =>
      parse(
        createSchema(() => {
          throw new RangeError('odd');
        }),
        {},
      ),
    ).toThrow(RangeError));
});

function toResult(result: z.ZodSafeParseResult<unknown>) {
  return result.success ? { value: result.data } : { issues: result.error.issues };
}

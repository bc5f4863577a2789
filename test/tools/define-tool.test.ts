import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { TOOL_TIMEOUT_MS } from '../../src/base/limits.ts';
import type { JsonObject } from '../../src/protocol.ts';
import { runToolCall } from '../../src/tools/call.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { createContext } from './tool-context.ts';

const base = { name: 'weather', description: 'The weather.', execute: () => 1 };

describe('defineTool', () => {
  test('fills in the defaults', () =>
    expect(defineTool(base)).toMatchObject({
      name: 'weather',
      description: 'The weather.',
      parameters: { type: 'object' },
      timeoutMs: TOOL_TIMEOUT_MS,
      external: true,
    }));

  test('keeps what is given, and can be called', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const tool = defineTool({
      ...base,
      parameters,
      timeoutMs: 50,
      external: false,
      execute: async ({ city }, context) => {
        await context.sleep(20);
        return { city, sunny: true };
      },
    });
    expect(tool).toMatchObject({ parameters, timeoutMs: 50, external: false });
    const call = { id: '1', name: 'weather', args: { city: 'Bonn' } };
    expect(await runToolCall(call, tool, createContext())).toMatchObject({
      isError: false,
      content: { city: 'Bonn', sunny: true },
      serviceMs: 20,
    });
  });

  test('execute keeps its this', () => {
    const declaration = {
      ...base,
      factor: 3,
      execute(this: { factor: number }) {
        return this.factor;
      },
    };
    expect(defineTool(declaration as never).execute({}, createContext())).toBe(3);
  });

  test.each<[string, object, RegExp]>([
    ['an empty name', { name: '' }, /Cannot define tool "": a name is 1 to 64/],
    ['a name with a space', { name: 'a b' }, /a name is/],
    ['a name with a line end', { name: 'ab\n' }, /a name is/],
    ['a name of 65 characters', { name: 'x'.repeat(65) }, /a name is/],
    ['a name that is no string', { name: 7 }, /a name is/],
    ['no description', { description: undefined }, /description/],
    ['no execute', { execute: undefined }, /execute is not a function/],
    ['parameters that are an array', { parameters: [] }, /not an object/],
    ['parameters that are null', { parameters: null }, /not an object/],
    ['parameters of an unknown type', { parameters: { type: 'text' } }, /JSON Schema/],
    ['parameters with a bad reference', { parameters: { $ref: '#/nowhere' } }, /JSON Schema/],
    ['parameters of a value that is no object', { parameters: { type: 'string' } }, /type "string"/],
    ['a schema of a library of a value that is no object', { parameters: z.string() }, /type "string"/],
    [
      'a schema without JSON Schema',
      { parameters: v.object({}) },
      /tool "weather": its parameters .* give it as jsonSchema/,
    ],
    ['a second JSON Schema', { parameters: {}, jsonSchema: {} }, /no use for another one/],
    ['a JSON Schema for the model that is none', { parameters: v.object({}), jsonSchema: { type: 7 } }, /JSON Schema/],
    ['a timeout of 0', { timeoutMs: 0 }, /timeoutMs/],
    ['a timeout that is not a number', { timeoutMs: Number.NaN }, /timeoutMs/],
    ['an infinite timeout', { timeoutMs: Number.POSITIVE_INFINITY }, /timeoutMs/],
  ])('refuses %s', (_, wrong, message) => {
    const define = () => defineTool({ ...base, ...wrong } as never);
    expect(define).toThrow(TypeError);
    expect(define).toThrow(message);
  });
});

describe('parameters of a schema library', () => {
  const run = (tool: ReturnType<typeof defineTool>, args: object) =>
    runToolCall({ id: '1', name: tool.name, args: args as JsonObject }, tool, createContext());

  test('tell the model their JSON Schema, check the arguments, and type what execute gets', async () => {
    const tool = defineTool({
      name: 'forecast',
      description: 'The weather to come.',
      parameters: z.object({ city: z.string(), days: z.coerce.number().max(7).default(1) }),
      execute: ({ city, days }) => {
        expectTypeOf(city).toEqualTypeOf<string>();
        expectTypeOf(days).toEqualTypeOf<number>();
        return { city, days };
      },
    });
    expect(tool.parameters).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    });
    expect(await run(tool, { city: 'Bonn' })).toMatchObject({ isError: false, content: { city: 'Bonn', days: 1 } });
    // The schema's word counts, not that of its JSON Schema.
    expect(await run(tool, { city: 'Bonn', days: '3' })).toMatchObject({ content: { city: 'Bonn', days: 3 } });
    expect(await run(tool, { city: 7, days: 8 })).toMatchObject({
      isError: true,
      content: { error: expect.stringMatching(/^Cannot call the tool: arguments do not fit: \/city .+; \/days /) },
    });
  });

  test('of a library without JSON Schema go with one that is given', async () => {
    const tool = defineTool({
      name: 'double',
      description: 'Twice as much.',
      parameters: v.object({ n: v.pipe(v.string(), v.transform(Number)) }),
      jsonSchema: { type: 'object', properties: { n: { type: 'string' } }, required: ['n'] },
      execute: ({ n }) => {
        expectTypeOf(n).toEqualTypeOf<number>();
        return n * 2;
      },
    });
    expect(tool.parameters.required).toEqual(['n']);
    expect(await run(tool, { n: '21' })).toMatchObject({ isError: false, content: 42 });
  });

  test('may be checked in their own time, within the deadline of the call', async () => {
    const parameters = z.object({ n: z.number().refine(async (n) => n > 0, 'is not above 0') });
    const tool = defineTool({ ...base, parameters, execute: ({ n }) => n });
    expect(await run(tool, { n: 1 })).toMatchObject({ isError: false, content: 1 });
    expect(await run(tool, { n: 0 })).toMatchObject({
      content: { error: 'Cannot call the tool: arguments do not fit: /n is not above 0' },
    });
  });

  test('leave arguments as they are without any', () => {
    const tool = defineTool({
      ...base,
      parameters: { type: 'object', properties: { a: { type: 'number' } } },
      execute: (args) => {
        expectTypeOf(args).toEqualTypeOf<JsonObject>();
        return args;
      },
    });
    expect(tool.checksArguments).toBeUndefined();
    defineTool({ ...base, execute: (args) => expectTypeOf(args).toEqualTypeOf<JsonObject>() });
  });
});

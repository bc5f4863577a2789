import { describe, expect, test } from 'vitest';
import { TOOL_TIMEOUT_MS } from '../../src/base/limits.ts';
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
    ['a timeout of 0', { timeoutMs: 0 }, /timeoutMs/],
    ['a timeout that is not a number', { timeoutMs: Number.NaN }, /timeoutMs/],
    ['an infinite timeout', { timeoutMs: Number.POSITIVE_INFINITY }, /timeoutMs/],
  ])('refuses %s', (_, wrong, message) => {
    const define = () => defineTool({ ...base, ...wrong } as never);
    expect(define).toThrow(TypeError);
    expect(define).toThrow(message);
  });
});

import { expect, test } from 'vitest';
import { toArguments } from '../../src/cli/to-arguments.ts';

test('arguments are a JSON object', () => {
  expect(toArguments(' {"amount": 5, "to": {"name": "x"}} ')).toEqual({ amount: 5, to: { name: 'x' } });
});

test.each([
  ['', 'they are not JSON'],
  ['{amount: 5}', 'they are not JSON'],
  ['[1]', 'expected a JSON object'],
  ['null', 'expected a JSON object'],
  ['"x"', 'expected a JSON object'],
])('%j is refused', (text, message) => {
  expect(() => toArguments(text)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
  );
});

import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { createFailureList } from '../../src/cli/failure-list.ts';

function linesOf(...failures: [agent: string, message: string, code?: string][]) {
  const list = createFailureList();
  for (const [agent, message, code = 'MODEL_FAILED'] of failures) list.add(agent, { code, message });
  return list.lines().map(stripVTControlCharacters);
}

test('without failures there are no lines', () => {
  expect(linesOf()).toEqual([]);
});

test('the same error of many agents is told once, with their number', () => {
  expect(
    linesOf(['a/0', 'down'], ['a/1', 'other'], ['a/2', 'down'], ['b/0', 'down'], ['b/1', 'down', 'LIMIT']),
  ).toEqual(['a/0 and 2 more  MODEL_FAILED: down', 'a/1  MODEL_FAILED: other', 'b/1  LIMIT: down']);
});

test('of many errors the first three are told, and of how many agents there are others', () => {
  const lines = linesOf(...Array.from({ length: 7 }, (_, i): [string, string] => [`a/${i}`, `error ${i}`]));
  expect(lines).toHaveLength(4);
  expect(lines.at(-1)).toBe('and 4 more, of other errors');
});

test('a message is one line, and cut only when it is very long', () => {
  const [line] = linesOf(['a/0', `one\n  two ${'x'.repeat(380)}`]);
  expect(line).toBe(`a/0  MODEL_FAILED: one two ${'x'.repeat(380)}`);
  expect(linesOf(['a/0', 'x'.repeat(500)])[0]).toBe(`a/0  MODEL_FAILED: ${'x'.repeat(399)}…`);
});

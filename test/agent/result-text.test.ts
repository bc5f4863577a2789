import { expect, test } from 'vitest';
import { toResultText } from '../../src/agent/result-text.ts';
import type { ToolResult } from '../../src/protocol.ts';

const result: ToolResult = { callId: 'c', name: 'pay', isError: false, content: { paid: 1 }, serviceMs: 0 };

test('a result is read as its content', () => {
  expect(toResultText(result)).toBe('{"paid":1}');
  expect(toResultText({ ...result, content: 'plain' })).toBe('plain');
});

test('one of a call that a person has changed says so, with the arguments it was made with', () => {
  expect(toResultText({ ...result, edited: true, args: { amount: 1 } })).toBe(
    'A person has changed this call; it was made with the arguments {"amount":1}.\n{"paid":1}',
  );
  expect(toResultText({ ...result, edited: true })).toContain('the arguments {}.');
});

import { expect, test } from 'vitest';
import { toCallId } from '../../src/agent/call-id.ts';

test('is turn and call, and another one at each try', () => {
  expect(toCallId(3, 'model', 0)).toBe('3/model');
  expect(toCallId(3, 2, 0)).toBe('3/2');
  expect(toCallId(3, 2, 1)).toBe('3/2/2');
});

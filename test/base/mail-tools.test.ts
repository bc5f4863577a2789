import { expect, test } from 'vitest';
import { isMailTool } from '../../src/base/mail-tools.ts';

test('tools by which agents speak are told from others, and from what every object has', () => {
  expect(['send', 'ask', 'handoff', 'finish'].every(isMailTool)).toBe(true);
  expect(['search', 'toString', '__proto__', ''].some(isMailTool)).toBe(false);
});

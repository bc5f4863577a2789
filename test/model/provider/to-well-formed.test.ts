import { expect, test } from 'vitest';
import { toWellFormed } from '../../../src/model/provider/to-well-formed.ts';

test.each([
  ['plain', 'plain'],
  ['a 🙂', 'a 🙂'],
  ['a\ud83d', 'a\ufffd'],
  ['\ude42\ud83d', '\ufffd\ufffd'],
])('%j becomes %j', (text, formed) => {
  expect(toWellFormed(text)).toBe(formed);
});

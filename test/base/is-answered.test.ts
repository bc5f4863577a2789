import { expect, test } from 'vitest';
import { isAnswered } from '../../src/base/is-answered.ts';
import { calls, decision } from '../agent/harness.ts';

test.each([
  ['a reply alone', decision({ reply: 'x' }), true],
  ['calls', decision({ toolCalls: calls('a') }), false],
  ['calls that are final', decision({ toolCalls: calls('a'), final: true }), true],
  ['nothing at all', decision({ final: false }), true],
  ['a flaw', decision({ reply: 'x', final: true, flaw: 'no' }), false],
])('%s', (_, given, answered) => expect(isAnswered(given)).toBe(answered));

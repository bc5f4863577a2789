import { expect, test } from 'vitest';
import { cutResults } from '../../../src/model/context/cut-results.ts';
import type { ChatMessage } from '../../../src/protocol.ts';

const tokensOf = (message: ChatMessage): number => Math.ceil(message.content.length / 4);

function result(callId: string, chars: number): ChatMessage {
  return { role: 'tool', callId, name: 'find', content: 'x'.repeat(chars), isError: false };
}

const user: ChatMessage = { role: 'user', content: 'x'.repeat(9_000) };
const first = result('1', 8_000);
const second = result('2', 8_000);
const short = result('3', 1_000);

test('cuts the oldest as far as can be, and the next as far as needed', () => {
  const { cuts, saved } = cutResults([user, first, short, second], 2_500, tokensOf);
  expect([...cuts.keys()]).toEqual([first, second]);
  expect(cuts.get(first)).toMatchObject({ role: 'tool', callId: '1', name: 'find', isError: false });
  expect(cuts.get(first)?.content.length).toBeLessThan(1_064);
  expect(cuts.get(second)?.content.length).toBeGreaterThan(4_500);
  expect(cuts.get(second)?.content).toContain('characters left out');
  expect(saved).toBeGreaterThanOrEqual(2_500);
  expect(saved).toBeLessThan(2_700);
});

test('says how much it could save', () => {
  const { cuts, saved } = cutResults([user, first, short, second], 9_000, tokensOf);
  expect(cuts.size).toBe(2);
  expect(saved).toBe(2 * 2_000 - tokensOf(cuts.get(first)!) - tokensOf(cuts.get(second)!));
});

test('cuts nothing if nothing has to be saved, and makes the shortest of a result once', () => {
  expect(cutResults([first], 0, tokensOf).cuts.size).toBe(0);
  const [one, other] = [1, 2].map(() => cutResults([first], 9_000, tokensOf).cuts.get(first));
  expect(one).toBe(other);
});

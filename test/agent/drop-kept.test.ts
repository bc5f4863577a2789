import { expect, test } from 'vitest';
import { dropKept } from '../../src/agent/drop-kept.ts';
import type { ChatMessage } from '../../src/protocol.ts';
import { calls } from './harness.ts';

const user: ChatMessage = { role: 'user', content: 'Go' };
const asked = (kept?: string): ChatMessage => {
  return { role: 'assistant', content: '', toolCalls: calls('look'), ...(kept !== undefined && { kept }) };
};
const replied: ChatMessage = { role: 'assistant', content: 'Done', toolCalls: [] };

test('drops it from the exchange that ends there, and from no other', () => {
  const first = asked('a');
  const transcript = [user, first, replied, user, asked('b'), user, asked('c'), asked('d')];
  dropKept(transcript, 7);
  expect(transcript).toEqual([user, asked('a'), replied, user, asked(), user, asked(), asked('d')]);
  dropKept(transcript, 2);
  expect(transcript[1]).toEqual(asked());
  expect(first).toEqual(asked('a'));
});

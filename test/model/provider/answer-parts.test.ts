import { describe, expect, test } from 'vitest';
import { AnswerParts } from '../../../src/model/provider/answer-parts.ts';

const signed = (signature: string) => ({ providerMetadata: { anthropic: { signature } } });
const metadata = (signature: string) => ({ anthropic: { signature } });

function take(...parts: readonly Record<string, unknown>[]) {
  const all = new AnswerParts();
  for (const part of parts) all.take(part);
  return all.list.map(({ type, text, id, metadata: said }) => [type, type === 'call' ? id : text, said]);
}

describe('AnswerParts', () => {
  test('takes whole parts in their order', () => {
    const parts = take(
      { type: 'reasoning', text: 'hm', ...signed('a') },
      { type: 'text', text: 'Let me see' },
      { type: 'source', id: 's' },
      { type: 'tool-call', toolCallId: 'x', ...signed('b') },
      { type: 'tool-call', toolCallId: 'y', providerExecuted: true },
      { type: 'tool-call', toolCallId: 7, providerMetadata: 'none' },
      { type: 'reasoning', text: 7 },
    );
    expect(parts).toEqual([
      ['reasoning', 'hm', metadata('a')],
      ['text', 'Let me see', undefined],
      ['call', 'x', metadata('b')],
      ['call', '', undefined],
    ]);
  });

  test('puts the pieces of a stream together; what comes last of metadata counts', () => {
    const parts = take(
      { type: 'reasoning-start', id: '0', ...signed('a') },
      { type: 'text-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'h' },
      { type: 'text-delta', id: '0', delta: 'x' },
      { type: 'reasoning-delta', id: '0', delta: 'm', ...signed('b') },
      { type: 'reasoning-end', id: '0' },
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'again' },
      { type: 'text-end', id: '0', ...signed('c') },
      { type: 'tool-call', toolCallId: 'x' },
      { type: 'text-delta', id: '9', delta: 'no start' },
      { type: 'text-delta', id: '9', delta: 7 },
      { type: 'tool-input-delta', id: '0', delta: '{}' },
    );
    expect(parts).toEqual([
      ['reasoning', 'hm', metadata('b')],
      ['text', 'x', metadata('c')],
      ['reasoning', 'again', undefined],
      ['call', 'x', undefined],
      ['text', 'no start', undefined],
    ]);
  });

  test('lists so many and says that there were more', () => {
    const all = new AnswerParts();
    for (let n = 0; n < 1_024; n++) all.take({ type: 'text-start', id: `${n}` });
    expect([all.list.length, all.isCut]).toEqual([1_024, false]);
    all.take({ type: 'text-start', id: 'one more' });
    all.take({ type: 'text-delta', id: 'one more', delta: 'x' });
    expect([all.list.length, all.isCut]).toEqual([1_024, true]);
  });
});

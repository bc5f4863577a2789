import { describe, expect, test } from 'vitest';
import { Answer } from '../../../src/model/provider/answer.ts';
import { toKept } from '../../../src/model/provider/to-kept.ts';

const call = (providerMetadata?: object) => ({
  type: 'tool-call',
  toolCallId: 'x',
  toolName: 'search',
  providerMetadata,
});
const thought = (providerMetadata?: object, text = 'hm') => ({ type: 'reasoning', text, providerMetadata });
const text = (said: string, providerMetadata?: object) => ({ type: 'text', text: said, providerMetadata });

function keep(provider: string, parts: readonly object[], finish: object = {}) {
  const answer = new Answer('mine');
  for (const part of parts) answer.add(part);
  answer.end({ finishReason: 'stop', ...finish });
  return (toKept(answer, { provider, model: 'm' }) as any)?.parts;
}

describe('toKept', () => {
  test('nothing of an answer of which nobody wants anything back', () => {
    for (const provider of ['openai.chat', 'anthropic.messages', 'google.generative-ai', 'openaiCompatible.chat']) {
      expect(keep(provider, [text('a'), call()])).toBeUndefined();
    }
    const named = [text('a', { openai: { itemId: 'msg_1' } }), call({ openai: { itemId: 'fc_1' } })];
    expect(keep('openai.responses', named)).toBeUndefined();
    expect(keep('anthropic.messages', [call({ anthropic: { caller: { type: 'direct' } } })])).toBeUndefined();
  });

  test('thoughts that are signed, and without a signature only where that is of use', () => {
    const signed = { anthropic: { signature: 's', other: undefined } };
    expect(keep('anthropic.messages', [thought(signed), text(' '), text('a'), call(), thought()])).toEqual([
      { type: 'reasoning', text: 'hm', options: { anthropic: { signature: 's' } } },
      { type: 'text' },
      { type: 'call', id: 'x' },
    ]);
    for (const provider of ['anthropic.messages', 'google.vertex.chat', 'azure.responses']) {
      expect(keep(provider, [thought(), call()])).toBeUndefined();
    }
    expect(keep('other.chat', [thought(), thought(undefined, ''), call()])).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'call', id: 'x' },
    ]);
  });

  test('texts with thoughts between them are told apart', () => {
    const parts = [text('a'), thought({ anthropic: { redactedData: 'r' } }, ''), text('b\ud800'), call()];
    expect(keep('anthropic.messages', parts)).toEqual([
      { type: 'text', text: 'a' },
      { type: 'reasoning', text: '', options: { anthropic: { redactedData: 'r' } } },
      { type: 'text', text: 'b\ufffd' },
      { type: 'call', id: 'x' },
    ]);
  });

  test('signatures of calls without thoughts', () => {
    const options = { google: { thoughtSignature: 't' } };
    expect(keep('google.generative-ai', [call(options), call()])).toEqual([
      { type: 'call', id: 'x', options },
      { type: 'call', id: 'x' },
    ]);
    const own = { openaiCompatible: { thoughtSignature: 't' } };
    expect(keep('openaiCompatible.chat', [text('a'), call(own)])).toEqual([
      { type: 'text' },
      { type: 'call', id: 'x', options },
    ]);
  });

  test('thoughts of a server that speaks like OpenAI’s only if it calls them reasoning_content', () => {
    const said = { providerMetadata: { openaiCompatible: { sendsReasoning: true } } };
    expect(keep('openaiCompatible.chat', [thought(), call()], said)).toHaveLength(2);
    expect(keep('openaiCompatible.chat', [thought(), call()])).toBeUndefined();
  });

  test('nothing that is no JSON or has too many parts', () => {
    expect(keep('other.chat', [thought({ other: { n: 1n } }), call()])).toBeUndefined();
    expect(keep('other.chat', Array(1_025).fill(thought()))).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { estimateInputTokens, estimateUsage } from '../../src/model/estimate-usage.ts';
import type { ChatMessage } from '../../src/protocol.ts';
import { observe, request, results } from './requests.ts';

function input(transcript: ChatMessage[], observation = observe('12345678')): number {
  return estimateUsage(request(observation, { transcript, instructions: '1234' }), undefined, [], undefined)
    .inputTokens;
}

describe('estimateUsage', () => {
  test('counts four characters a token, rounded up', () => {
    expect(estimateUsage(request(observe('12345')), '1', [], undefined)).toEqual({ inputTokens: 2, outputTokens: 1 });
    expect(estimateUsage(request(observe('')), undefined, [], undefined)).toEqual({ inputTokens: 0, outputTokens: 0 });
  });

  test('counts input alone as it does with the output', () => {
    const asked = request(observe('12345678'), { instructions: '1234' });
    expect(estimateInputTokens(asked)).toBe(estimateUsage(asked, '1234', [], undefined).inputTokens);
  });

  test('counts instructions, transcript and observation in', () => {
    const transcript: ChatMessage[] = [
      { role: 'user', content: '1234' },
      { role: 'assistant', content: '12345678', toolCalls: [] },
    ];
    expect(input(transcript)).toBe(1 + 1 + 2 + 2);
  });

  test('counts once what is observed and already in the transcript', () => {
    expect(input([{ role: 'user', content: '12345678' }])).toBe(1 + 2);
    const tool: ChatMessage = { role: 'tool', callId: 'c', name: 'search', content: '12345678', isError: false };
    expect(input([tool], results({ search: [] }))).toBe(1 + 2);
    expect(input([tool], observe('1234'))).toBe(1 + 2 + 1);
  });

  test('counts the reply and the calls as JSON out', () => {
    const calls = [{ id: 'call-1-1', name: 'search', args: { query: 'disk' } }];
    const { outputTokens } = estimateUsage(request(), '1234', calls, undefined);
    expect(outputTokens).toBe(Math.ceil((4 + JSON.stringify(calls).length) / 4));
  });

  test('takes given counts as they are', () => {
    expect(estimateUsage(request(), '1234', [], { outputTokens: 0 })).toEqual({ inputTokens: 2, outputTokens: 0 });
  });
});

import { describe, expect, test } from 'vitest';
import { MODEL_ANSWER_MAX_BYTES } from '../../../src/base/limits.ts';
import { Answer } from '../../../src/model/provider/answer.ts';

const usageOf = (usage: unknown) => {
  const answer = new Answer('mine');
  answer.end({ finishReason: { unified: 'stop', raw: 'stop' }, usage });
  return answer.usage;
};

describe('Answer', () => {
  test('puts texts and calls together, and passes over the rest', () => {
    const answer = new Answer('mine');
    const call = { type: 'tool-call', toolCallId: 'a', toolName: 'search', input: '{}' };
    for (const part of [
      { type: 'text', text: 'a' },
      { type: 'reasoning', text: 'thought' },
      call,
      { ...call, toolName: 'web', providerExecuted: true },
      { type: 'tool-result', toolName: 'web', result: 1 },
      { type: 'file', data: 'AAAA' },
      { type: 'reasoning-file' },
      { type: 'custom', kind: 'x' },
      { type: 'text', text: 7 },
      null,
      'text',
      { type: 'text', text: 'b' },
    ]) {
      answer.add(part);
    }
    expect(answer.text).toBe('ab');
    expect(answer.calls).toEqual([{ name: 'search', input: '{}' }]);
  });

  test('counts calls beyond the most that are kept', () => {
    const answer = new Answer('mine');
    for (let n = 0; n < 500; n++) answer.add({ type: 'tool-call', toolName: 'search', input: '{}' });
    expect([answer.calls.length, answer.callCount]).toEqual([128, 500]);
  });

  test('a call whose name is none has an empty one', () => {
    const answer = new Answer('mine');
    answer.add({ type: 'tool-call', toolName: 7, input: 5 });
    expect(answer.calls).toEqual([{ name: '', input: 5 }]);
  });

  test('is bounded', () => {
    const answer = new Answer('mine');
    const half = 'x'.repeat(MODEL_ANSWER_MAX_BYTES / 2);
    answer.addText(half);
    answer.add({ type: 'tool-call', toolName: '', input: half });
    expect(() => answer.addText('x')).toThrow(expect.objectContaining({ code: 'MODEL_ANSWER', retryable: false }));
  });

  test.each([
    [
      { unified: 'stop', raw: 'end_turn' },
      { unified: 'stop', raw: 'end_turn' },
    ],
    ['length', { unified: 'length', raw: undefined }],
    [undefined, { unified: 'other', raw: undefined }],
    [
      { unified: 3, raw: {} },
      { unified: 'other', raw: undefined },
    ],
  ])('reads why it ended: %j', (finishReason, finish) => {
    const answer = new Answer('mine');
    answer.end({ finishReason });
    expect(answer.finish).toEqual(finish);
  });

  test('takes counts that can be true', () => {
    expect(usageOf({ inputTokens: { total: 9, cacheRead: 4 }, outputTokens: { total: 3 } })).toEqual({
      inputTokens: 9,
      outputTokens: 3,
      cachedInputTokens: 4,
    });
    expect(usageOf({ inputTokens: 9, outputTokens: 3 })).toEqual({ inputTokens: 9, outputTokens: 3 });
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '9', null, undefined, 0])('%s is no count', (total) => {
    expect(usageOf({ inputTokens: { total, cacheRead: 1 }, outputTokens: { total } })).toEqual({});
  });

  test.each([undefined, null, 7, 'usage'])('usage of %s says nothing', (usage) => {
    expect(usageOf(usage)).toEqual({});
  });

  describe('has broken off', () => {
    const ended = (finishReason: unknown, text = '') => {
      const answer = new Answer('mine');
      answer.addText(text);
      if (finishReason !== null) answer.end({ finishReason });
      return answer;
    };
    const broken = expect.objectContaining({ code: 'MODEL_FAILED', retryable: true });

    test.each([null, { unified: 'other' }, { unified: 'interrupted', raw: 'x' }])('in a stream, after %j', (reason) => {
      expect(() => ended(reason, 'text').checkEnd('streamed')).toThrow(broken);
    });

    test('as a whole, if it holds nothing', () => {
      expect(() => ended({ unified: 'other' }).checkEnd('whole')).toThrow(broken);
      ended({ unified: 'other' }, 'text').checkEnd('whole');
    });

    test.each(['stop', 'length', 'tool-calls'])('not after %s', (unified) => {
      ended({ unified }).checkEnd('streamed');
      ended({ unified }).checkEnd('whole');
    });
  });
});

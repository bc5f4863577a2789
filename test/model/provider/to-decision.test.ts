import { describe, expect, test } from 'vitest';
import { Answer } from '../../../src/model/provider/answer.ts';
import { toDecision } from '../../../src/model/provider/to-decision.ts';
import type { ModelRequest } from '../../../src/protocol.ts';
import { observe, request } from '../requests.ts';

const CALL = { name: 'search', input: '{"query":"x"}' };
const TOOLS = [{ name: 'search', description: '', parameters: {} }];

interface Parts {
  readonly text?: string;
  readonly calls?: readonly { readonly name: unknown; readonly input: unknown }[];
  readonly finish?: string;
  readonly raw?: string;
  readonly usage?: object;
}

function decide(parts: Parts, more: Partial<ModelRequest> = {}) {
  const { text = '', calls = [], finish = 'stop', raw, usage } = parts;
  const answer = new Answer('mine');
  answer.addText(text);
  for (const { name, input } of calls) answer.add({ type: 'tool-call', toolName: name, input });
  answer.end({ finishReason: { unified: finish, raw }, usage });
  return toDecision(answer, request(observe('hello'), { turn: 3, tools: TOOLS, ...more }), {
    model: 'mine',
    source: { provider: 'google.generative-ai', model: 'm' },
    serviceMs: 8,
  });
}

describe('toDecision', () => {
  test('a text is a reply', () => {
    const usage = { inputTokens: { total: 20, cacheRead: 12 }, outputTokens: { total: 4 } };
    expect(decide({ text: 'Hello', usage })).toEqual({
      reply: 'Hello',
      toolCalls: [],
      final: true,
      usage: { inputTokens: 20, outputTokens: 4, cachedInputTokens: 12 },
      serviceMs: 8,
    });
  });

  test('calls are numbered by us, and a text with them is kept', () => {
    const decision = decide({ text: 'Let me see', calls: [CALL, { ...CALL, input: 'x' }] });
    expect(decision).toMatchObject({ reply: 'Let me see', final: false });
    expect(decision.toolCalls).toEqual([
      { id: 'call-3-1', name: 'search', args: { query: 'x' } },
      { id: 'call-3-2', name: 'search', args: {}, malformed: expect.stringContaining('not JSON') },
    ]);
  });

  test('tokens that the provider does not count are estimated', () => {
    expect(decide({ text: 'x'.repeat(40) }).usage).toEqual({ inputTokens: 2, outputTokens: 10 });
    expect(decide({ text: 'x'.repeat(40), usage: { outputTokens: { total: 3 } } }).usage.outputTokens).toBe(3);
  });

  test('half of a surrogate pair in a reply is replaced', () => {
    expect(decide({ text: 'a\ud83d' }).reply).toBe('a\ufffd');
  });

  test.each<[string, Parts, string]>([
    ['nothing', {}, 'The answer is empty. Answer with text, or call a tool.'],
    ['blanks', { text: ' \n' }, 'The answer is empty. Answer with text, or call a tool.'],
    [
      'a text cut off',
      { text: 'Hel', finish: 'length', usage: { outputTokens: { total: 16 } } },
      'The answer was cut off at 16 tokens. Answer again, shorter.',
    ],
    [
      'a call cut off',
      { calls: [CALL], finish: 'length', usage: { outputTokens: { total: 16 } } },
      'The answer was cut off at 16 tokens. No tool was called. Answer again, shorter.',
    ],
    [
      'too many calls',
      { calls: Array.from({ length: 129 }, () => CALL) },
      'The answer has 129 tool calls, and at most 128 can be made at once, so none was made. Make fewer.',
    ],
    [
      'a call of nothing',
      { calls: [CALL, { ...CALL, name: ' ' }] },
      'The answer has a tool call without the name of a tool, so none was made. Call tools by their names.',
    ],
    [
      'a name without end',
      { calls: [{ ...CALL, name: 'n'.repeat(300) }] },
      'The answer calls a tool by a name of 300 characters, so no call was made. Call tools by their names.',
    ],
    [
      'a call that Gemini cannot read',
      { finish: 'error', raw: 'MALFORMED_FUNCTION_CALL' },
      'The answer has a tool call that cannot be read (MALFORMED_FUNCTION_CALL). Call the tool again, with arguments in JSON.',
    ],
  ])('%s is a flaw', (_, parts, flaw) => {
    expect(decide(parts)).toMatchObject({ flaw, toolCalls: [], final: false });
  });

  test('speaks of tools to who has some', () => {
    expect(decide({}, { tools: [] }).flaw).toBe('The answer is empty. Answer with text.');
  });

  test('keeps the text of a flawed answer, which is what the model is told of', () => {
    expect(decide({ text: 'Hel', finish: 'length' }).reply).toBe('Hel');
  });

  test.each([
    [{ text: 'I will not.', finish: 'content-filter' }, 'it refused: I will not.'],
    [{ finish: 'content-filter', raw: 'SAFETY' }, 'it refused: SAFETY'],
    [{ finish: 'content-filter' }, 'it refused: it does not say why'],
  ])('%j is a refusal', (parts, why) => {
    expect(() => decide(parts)).toThrow(
      expect.objectContaining({
        code: 'MODEL_REFUSED',
        retryable: false,
        message: `Cannot get an answer from model "mine": ${why}`,
      }),
    );
  });

  test.each([
    [{ text: 'a', finish: 'error' }, 'it ended with an error'],
    [{ finish: 'error', raw: 'failed' }, 'it ended with an error (failed)'],
  ])('%j is a failure that may pass', (parts, why) => {
    expect(() => decide(parts)).toThrow(
      expect.objectContaining({
        code: 'MODEL_FAILED',
        retryable: true,
        message: `Cannot use the answer of model "mine": ${why}`,
      }),
    );
  });
});

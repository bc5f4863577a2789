import { describe, expect, test } from 'vitest';
import { type CallTerms, toCallOptions, toProviderOptions } from '../../../src/model/provider/to-call-options.ts';
import type { ModelRequest, ProviderModelSpec } from '../../../src/protocol.ts';
import { observe, request } from '../requests.ts';

const { signal } = new AbortController();
const TOOL = { name: 'now', description: 'Says the time.', parameters: {} };

function options(spec: Partial<ProviderModelSpec>, more: Partial<ModelRequest> = {}, terms: Partial<CallTerms> = {}) {
  const all: CallTerms = {
    spec: { provider: 'openai', model: 'm', ...spec },
    source: { provider: 'openai.responses', model: 'm' },
    headers: undefined,
    providerOptions: undefined,
    takesSchema: true,
    ...terms,
  };
  return toCallOptions(request(observe('hello'), more), all, signal);
}

describe('toCallOptions', () => {
  test('says nothing of what nobody has asked for', () => {
    expect(options({})).toEqual({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
      abortSignal: signal,
    });
  });

  test('passes on what is set', () => {
    const terms = { headers: { 'x-a': 'b' }, providerOptions: { openai: { user: 'u' } } };
    expect(options({ temperature: 0.2, maxOutputTokens: 100 }, {}, terms)).toMatchObject({
      temperature: 0.2,
      maxOutputTokens: 100,
      ...terms,
    });
  });

  test('the smaller limit of tokens holds', () => {
    expect(options({ maxOutputTokens: 100 }, { maxOutputTokens: 40 }).maxOutputTokens).toBe(40);
    expect(options({ maxOutputTokens: 100 }, { maxOutputTokens: 400 }).maxOutputTokens).toBe(100);
    expect(options({}, { maxOutputTokens: 40 }).maxOutputTokens).toBe(40);
  });

  test('tools are functions with an object for arguments, made once for each list', () => {
    const tools = [TOOL, { ...TOOL, name: 'at', parameters: { type: 'object', required: ['zone'] } }];
    const made = options({}, { tools });
    expect(made.toolChoice).toEqual({ type: 'auto' });
    expect(made.tools).toEqual([
      { type: 'function', name: 'now', description: 'Says the time.', inputSchema: { type: 'object', properties: {} } },
      {
        type: 'function',
        name: 'at',
        description: 'Says the time.',
        inputSchema: { type: 'object', properties: {}, required: ['zone'] },
      },
    ]);
    expect(options({}, { tools }).tools).toBe(made.tools);
  });

  describe('what a reply has to be', () => {
    const output = { type: 'object', properties: { ok: { type: 'boolean' } } };
    const format = { type: 'json', schema: output, name: 'reply' };
    const inWords = (made: { prompt: any[] }) => JSON.stringify(made.prompt[0]).includes('has to fit this JSON Schema');

    test('is a format where one is taken', () => {
      const made = options({}, { output, tools: [TOOL] });
      expect(made.responseFormat).toEqual(format);
      expect(inWords(made)).toBe(false);
    });

    test('is told in words where none is, and as JSON if no tool can be called', () => {
      const made = options({}, { output, instructions: 'Be brief.' }, { takesSchema: false });
      expect(made.responseFormat).toEqual(format);
      expect(made.prompt[0]?.content).toBe(
        `Be brief.\n\nWhen you reply, reply with JSON and nothing else. It has to fit this JSON Schema:\n${JSON.stringify(output)}`,
      );
      const withTools = options({}, { output, tools: [TOOL] }, { takesSchema: false });
      expect(withTools.responseFormat).toBeUndefined();
      expect(inWords(withTools)).toBe(true);
    });
  });
});

describe('toProviderOptions', () => {
  test.each([
    [undefined, 'openai.responses', undefined],
    [{ reasoningEffort: 'low' }, 'openai.responses', { openai: { reasoningEffort: 'low' } }],
    [{ openai: { reasoningEffort: 'low' } }, 'openai.responses', { openai: { reasoningEffort: 'low' } }],
    [{ openai: { a: 1 }, other: 2 }, 'openai', { openai: { a: 1 }, other: 2 }],
    [
      { thinking: { type: 'enabled' } },
      'anthropic.messages',
      { thinking: { type: 'enabled' }, anthropic: { thinking: { type: 'enabled' } } },
    ],
    [{ bedrock: { a: 1 } }, 'amazon-bedrock', { bedrock: { a: 1 }, 'amazon-bedrock': { bedrock: { a: 1 } } }],
  ])('%j for %s', (given, provider, made) => {
    expect(toProviderOptions(given as any, provider)).toEqual(made);
  });
});

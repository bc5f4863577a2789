import type { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ModelCallError } from '../../../src/model/model-call-error.ts';
import type { ChatMessage } from '../../../src/protocol.ts';
import { observe, request } from '../requests.ts';
import { createMockModel, startMock } from './aimock.ts';
import { liveContext } from './live-context.ts';
import type { Format } from './wire.ts';

const FORMATS: readonly Format[] = ['chat', 'responses', 'anthropic', 'google'];
const TOOLS = [
  {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
];

let mock: LLMock;
beforeEach(async () => {
  mock = await startMock();
});
afterEach(() => mock.stop());

const ask = (...transcript: ChatMessage[]) =>
  request(observe(transcript.at(-1)?.content ?? ''), { transcript, tools: TOOLS, instructions: 'Be brief.' });
const user = (content: string): ChatMessage => ({ role: 'user', content });

describe.each(FORMATS)('against aimock, %s', (format) => {
  test.each(['whole', 'streamed'])('a call, its result, and the answer to it, %s', async (mode) => {
    mock.on(
      { userMessage: 'weather', hasToolResult: false },
      { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Paris"}' }] },
    );
    mock.on({ userMessage: 'weather', hasToolResult: true }, { content: 'It rains in Paris.' });
    const said: string[] = [];
    const onText = mode === 'streamed' ? (text: string) => void said.push(text) : undefined;
    const model = await createMockModel(mock, format);

    const question = user('How is the weather in Paris?');
    const first = await model.decide(ask(question), liveContext(onText));
    expect(first).toMatchObject({
      toolCalls: [{ id: 'call-1-1', name: 'get_weather', args: { city: 'Paris' } }],
      final: false,
    });

    const called: ChatMessage = { role: 'assistant', content: '', toolCalls: first.toolCalls };
    const result: ChatMessage = {
      role: 'tool',
      callId: 'call-1-1',
      name: 'get_weather',
      content: 'rain',
      isError: false,
    };
    const second = await model.decide(ask(question, called, result), liveContext(onText));
    expect(second).toMatchObject({ reply: 'It rains in Paris.', toolCalls: [], final: true });
    expect(second.usage.inputTokens).toBeGreaterThan(0);
    expect(second.usage.outputTokens).toBeGreaterThan(0);
    if (mode === 'streamed') expect(said.join('')).toBe('It rains in Paris.');

    // What the mock has understood of the conversation is what was sent.
    const messages: any[] = (mock.getLastRequest()?.body as any)?.messages;
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
    expect(JSON.stringify(messages)).toContain('rain');
  });

  test('a text with two calls', async () => {
    const call = { name: 'get_weather', arguments: '{"city":"Rome"}' };
    mock.onMessage('weather', { content: 'Let me see.', toolCalls: [call, { ...call, arguments: '{"city":"Oslo"}' }] });
    const decision = await (await createMockModel(mock, format)).decide(ask(user('weather')), liveContext());
    expect(decision).toMatchObject({ reply: 'Let me see.', final: false });
    expect(decision.toolCalls.map(({ args }) => args.city)).toEqual(['Rome', 'Oslo']);
  });

  test.each(['whole', 'streamed'])('refusals for want of capacity, and failures that pass, %s', async (mode) => {
    const onText = mode === 'streamed' ? () => undefined : undefined;
    const model = await createMockModel(mock, format);
    const error = (message: string) => ({ error: { message, type: 'some_error' } });
    mock.onMessage('limited', { ...error('Slow down'), status: 429, retryAfter: 17 });
    await expect(model.decide(ask(user('limited')), liveContext(onText))).rejects.toMatchObject({
      code: 'MODEL_FAILED',
      throttled: true,
      retryable: true,
      status: 429,
      retryAfterMs: 17_000,
      limits: {
        requests: { limit: 60, remaining: 0, resetMs: 1_000 },
        tokens: { limit: 150_000, remaining: 0, resetMs: 360_000 },
      },
      message: expect.stringContaining('Slow down'),
    });
    mock.onMessage('down', { ...error('Down for now'), status: 503 });
    await expect(model.decide(ask(user('down')), liveContext(onText))).rejects.toMatchObject({
      throttled: false,
      retryable: true,
      status: 503,
      message: expect.stringContaining('Down for now'),
    });
    await expect(model.decide(ask(user('nothing for this')), liveContext(onText))).rejects.toMatchObject({
      retryable: false,
      status: 404,
    });
  });

  // In the Responses API the mock leaves out why an answer is incomplete, which the real one says.
  test.skipIf(format === 'responses')('an answer that is cut off is a flaw', async () => {
    mock.onMessage('story', { content: 'Once upon', finishReason: 'length' });
    const decision = await (await createMockModel(mock, format)).decide(ask(user('story')), liveContext());
    expect(decision).toMatchObject({ flaw: expect.stringContaining('cut off'), final: false, toolCalls: [] });
  });

  test('60 calls at once each get their own answer', async () => {
    for (let n = 0; n < 60; n++) mock.onMessage(`number ${n}.`, { content: `answer ${n}` });
    const model = await createMockModel(mock, format);
    const decide = (_: unknown, n: number) =>
      model.decide(ask(user(`number ${n}.`)), liveContext(n % 2 === 0 ? undefined : () => undefined));
    const decisions = await Promise.all(Array.from({ length: 60 }, decide));
    expect(decisions.map(({ reply }) => reply)).toEqual(decisions.map((_, n) => `answer ${n}`));
  });

  test.each([
    ['disconnectRate', { retryable: true, throttled: false }],
    ['malformedRate', { retryable: true, throttled: false }],
    ['dropRate', { retryable: true, throttled: false, status: 500 }],
    ['rateLimitRate', { retryable: true, throttled: true, status: 429 }],
  ])('chaos, %s', async (rate, failure) => {
    mock.onMessage('hello', { content: 'Hello to you, and to everybody else as well.' });
    mock.setChaos({ [rate]: 1 });
    const model = await createMockModel(mock, format);
    for (const onText of [undefined, () => undefined]) {
      await expect(model.decide(ask(user('hello')), liveContext(onText))).rejects.toMatchObject({
        code: 'MODEL_FAILED',
        ...failure,
      });
    }
  });

  test('in a storm of chaos every call ends, as a decision or as a failure that may pass', async () => {
    mock.onMessage('hello', { content: 'Hello to you' });
    mock.setChaos({ dropRate: 0.2, malformedRate: 0.2, rateLimitRate: 0.2, disconnectRate: 0.3 });
    const model = await createMockModel(mock, format);
    const ends = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        model.decide(ask(user('hello')), liveContext(n % 2 === 0 ? undefined : () => undefined)).then(
          ({ reply }) => reply,
          (error: unknown) => error,
        ),
      ),
    );
    for (const end of ends) {
      if (end instanceof ModelCallError) expect(end.retryable).toBe(true);
      else expect(end).toBe('Hello to you');
    }
    expect(new Set(ends.map((end) => typeof end))).toEqual(new Set(['string', 'object']));
  });
});

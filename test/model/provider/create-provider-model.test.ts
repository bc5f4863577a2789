import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRealClock, createVirtualClock } from '../../../src/base/clock.ts';
import type { ProviderLimits } from '../../../src/model/model.ts';
import { createProviderModel } from '../../../src/model/provider/create-provider-model.ts';
import { observe, request } from '../requests.ts';
import { liveContext } from './live-context.ts';
import { createLocalModel, type Handler, type ModelServer, startModelServer, TEST_KEY } from './model-server.ts';
import { echoPackage, packageFolder } from './package-folder.ts';
import { type Format, toEvent, WIRES } from './wire.ts';

const FORMATS: readonly Format[] = ['chat', 'responses', 'anthropic', 'google'];
const TOOL = { name: 'search', description: 'Searches.', parameters: { type: 'object', properties: {} } };
const CONVERSATION = request(observe('results'), {
  instructions: 'Be brief.',
  tools: [TOOL],
  maxOutputTokens: 64,
  transcript: [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'search', args: { query: 'x' } }] },
    { role: 'tool', callId: 'a', name: 'search', content: 'found it', isError: false },
  ],
});

let server: ModelServer;
let handler: Handler;
beforeAll(async () => {
  server = await startModelServer((incoming, response, body) => handler(incoming, response, body));
});
afterAll(() => server.close());
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Answers in a format, and notes what was asked. */
function answerWith(format: Format, answer: Parameters<(typeof WIRES)['chat']['body']>[0], headers = {}) {
  const asked: { path: string; headers: Record<string, unknown>; body: any }[] = [];
  handler = (incoming, response, body) => {
    asked.push({ path: incoming.url ?? '', headers: incoming.headers, body: JSON.parse(body) });
    const isStreamed = body.includes('"stream":true') || incoming.url?.includes('streamGenerateContent') === true;
    response.writeHead(200, { 'content-type': isStreamed ? 'text/event-stream' : 'application/json', ...headers });
    if (!isStreamed) response.end(JSON.stringify(WIRES[format].body(answer)));
    else
      response.end(
        WIRES[format]
          .events(answer)
          .map((event) => toEvent(format, event))
          .join(''),
      );
  };
  return asked;
}

describe.each(FORMATS)('createProviderModel, %s', (format) => {
  test('asks with the whole conversation, and answers with what comes back', async () => {
    const asked = answerWith(format, { text: 'Let me see', calls: [{ name: 'search', args: '{"query":"y"}' }] });
    const model = await createLocalModel(format, server.url, { temperature: 0.5, headers: { 'x-team': 'blue' } });
    expect(model.name).toBe('local');
    const decision = await model.decide(CONVERSATION, liveContext());
    expect(decision).toMatchObject({
      reply: 'Let me see',
      toolCalls: [{ id: 'call-1-1', name: 'search', args: { query: 'y' } }],
      final: false,
      usage: { inputTokens: 11, outputTokens: 7 },
    });
    expect(decision.serviceMs).toBeGreaterThan(0);
    const { headers, body } = asked[0]!;
    expect(headers['x-team']).toBe('blue');
    expect(JSON.stringify(headers)).toContain(TEST_KEY);
    const text = JSON.stringify(body);
    for (const part of ['Be brief.', 'hello', 'search', 'found it', '0.5', '64']) expect(text).toContain(part);
    expect(asked.length).toBe(1);
  });

  test('streams when somebody watches', async () => {
    answerWith(format, { text: 'Hello there' });
    const said: string[] = [];
    const context = liveContext((text) => void said.push(text));
    const decision = await (await createLocalModel(format, server.url)).decide(CONVERSATION, context);
    expect(said.join('')).toBe('Hello there');
    expect(decision).toMatchObject({ reply: 'Hello there', final: true, usage: { inputTokens: 11, outputTokens: 7 } });
  });

  test.each(['whole', 'streamed'])('says what the answer says of limits, %s', async (mode) => {
    answerWith(format, { text: 'ok' }, { 'x-ratelimit-limit-tokens': '900', 'x-ratelimit-remaining-tokens': '880' });
    const limits: ProviderLimits[] = [];
    const context = liveContext(mode === 'streamed' ? () => undefined : undefined);
    const model = await createLocalModel(format, server.url);
    await model.decide(CONVERSATION, context, (one) => void limits.push(one));
    expect(limits).toEqual([{ tokens: { limit: 900, remaining: 880 } }]);
  });

  test('asks once, whatever happens', async () => {
    let asked = 0;
    handler = (_, response) => {
      asked++;
      response.writeHead(503, { 'retry-after': '1' }).end('{}');
    };
    const model = await createLocalModel(format, server.url);
    await expect(model.decide(CONVERSATION, liveContext())).rejects.toMatchObject({
      status: 503,
      retryable: true,
      retryAfterMs: 1_000,
    });
    expect(asked).toBe(1);
  });
});

describe('createProviderModel', () => {
  test('rejects with the reason of an abort, and tells the server', async () => {
    const closed = new Promise<void>((resolve) => {
      handler = (_, response) => void response.on('close', resolve);
    });
    const context = liveContext();
    const deciding = (await createLocalModel('chat', server.url)).decide(CONVERSATION, context);
    const reason = new Error('the deadline');
    context.clock.setTimer(20, () => context.abort(reason));
    await expect(deciding).rejects.toBe(reason);
    await closed;
  });

  test('does not ask at all for a call that is aborted already', async () => {
    handler = () => expect.unreachable('it was asked');
    const context = liveContext();
    const reason = new Error('stopped');
    context.abort(reason);
    await expect((await createLocalModel('chat', server.url)).decide(CONVERSATION, context)).rejects.toBe(reason);
  });

  test('an abort ends the call even if the provider does not care', async () => {
    const model = await createProviderModel(
      'deaf',
      { provider: 'openai-compatible', model: 'm', baseUrl: 'http://127.0.0.1:1' },
      { fetch: () => new Promise(() => undefined) },
    );
    const context = liveContext();
    const deciding = model.decide(CONVERSATION, context);
    context.abort(new Error('stopped'));
    await expect(deciding).rejects.toThrow('stopped');
  });

  test('no server is a failure that may pass', async () => {
    const model = await createLocalModel('chat', 'http://127.0.0.1:1');
    await expect(model.decide(CONVERSATION, liveContext())).rejects.toMatchObject({
      code: 'MODEL_FAILED',
      retryable: true,
      status: undefined,
    });
  });

  test('virtual time waits for the answer', async () => {
    answerWith('chat', { text: 'ok' });
    const clock = createVirtualClock();
    let isLate = false;
    clock.setTimer(1, () => {
      isLate = true;
    });
    const model = await createLocalModel('chat', server.url);
    const decision = await model.decide(CONVERSATION, liveContext(undefined, clock));
    expect([decision.reply, decision.serviceMs, isLate]).toEqual(['ok', 0, false]);
  });

  test('virtual time does not wait for ever', async () => {
    handler = () => undefined;
    const model = await createLocalModel('chat', server.url, { timeoutMs: 30 });
    await expect(model.decide(CONVERSATION, liveContext(undefined, createVirtualClock()))).rejects.toMatchObject({
      code: 'MODEL_TIMEOUT',
      message: 'Cannot wait longer for model "local": no answer in 30 ms of real time',
    });
  });

  test('streams, with nobody watching, if the model may take longer than fetch waits', async () => {
    const asked = answerWith('chat', { text: 'ok' });
    const model = await createLocalModel('chat', server.url, { timeoutMs: 600_000 });
    expect((await model.decide(CONVERSATION, liveContext())).reply).toBe('ok');
    expect(asked[0]?.body.stream).toBe(true);
  });

  test('asks for the usage of a streamed answer', async () => {
    const asked = answerWith('chat', { text: 'ok' });
    await (await createLocalModel('chat', server.url)).decide(
      CONVERSATION,
      liveContext(() => undefined),
    );
    expect(asked[0]?.body.stream_options).toEqual({ include_usage: true });
  });

  test("options reach the provider's request", async () => {
    const asked = answerWith('chat', { text: 'ok' });
    const model = await createLocalModel('chat', server.url, { options: { reasoningEffort: 'low', seed_of_mine: 5 } });
    await model.decide(CONVERSATION, liveContext());
    expect(asked[0]?.body).toMatchObject({ reasoning_effort: 'low', seed_of_mine: 5 });
  });

  test('a 404 names the model, a 401 the key', async () => {
    handler = (incoming, response) => void response.writeHead(incoming.url?.includes('gone') ? 404 : 401).end('{}');
    vi.stubEnv('THE_KEY', 'sk-the-key-0123456789');
    const spec = { apiKey: '${THE_KEY}', model: 'gpt-x' };
    const refusedBy = async (path: string) =>
      (await createLocalModel('chat', server.url + path, spec)).decide(CONVERSATION, liveContext());
    await expect(refusedBy('/gone')).rejects.toThrow('check the name of the model, "gpt-x"');
    await expect(refusedBy('')).rejects.toThrow('check THE_KEY');
  });

  test('a key in what the provider says does not get out', async () => {
    handler = (incoming, response) => {
      const message = `Incorrect API key provided: ${incoming.headers.authorization}`;
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
    };
    const model = await createLocalModel('chat', server.url);
    const error: any = await model.decide(CONVERSATION, liveContext()).catch((thrown) => thrown);
    expect(error.message).toContain('Bearer [redacted]');
    expect(JSON.stringify(error)).not.toContain(TEST_KEY);
  });

  test.each(['v3', 'v4'])('works with any package of specification %s', async (version) => {
    vi.spyOn(process, 'cwd').mockReturnValue(packageFolder('echo-provider', echoPackage(version)));
    const spec = { provider: 'echo-provider', model: 'm', baseUrl: 'http://x/', options: { a: 1 } };
    const model = await createProviderModel('echo', spec);
    const { reply = '', usage } = await model.decide(CONVERSATION, liveContext());
    expect(JSON.parse(reply)).toMatchObject({
      modelId: 'm',
      settings: { baseURL: 'http://x/' },
      options: { providerOptions: { echo: { a: 1 } }, maxOutputTokens: 64, toolChoice: { type: 'auto' } },
    });
    expect(usage).toEqual({ inputTokens: 5, outputTokens: 2 });
    const said: string[] = [];
    await model.decide(
      CONVERSATION,
      liveContext((text) => void said.push(text)),
    );
    expect(said).toEqual(['streamed']);
  });

  test.each([
    ['null', 'null'],
    ['a text', '"text"'],
    ['no stream', '{}'],
    ['no promise', '5'],
  ])('a package that answers with %s does no harm', async (_, value) => {
    const more = `
      export const createEchoes = () => ({ languageModel: () => ({
        specificationVersion: 'v3', provider: 'echo', doGenerate: () => (${value}), doStream: () => (${value}),
      }) });`;
    const files = echoPackage('v3', more);
    const index = (files['index.js'] ?? '').replace('export function createEcho(', 'function unused(');
    vi.spyOn(process, 'cwd').mockReturnValue(packageFolder('echo-provider', { ...files, 'index.js': index }));
    const model = await createProviderModel('echo', { provider: 'echo-provider', model: 'm' });
    for (const onText of [undefined, () => undefined]) {
      await expect(model.decide(CONVERSATION, liveContext(onText, createRealClock()))).rejects.toMatchObject({
        code: 'MODEL_FAILED',
        retryable: true,
      });
    }
  });
});

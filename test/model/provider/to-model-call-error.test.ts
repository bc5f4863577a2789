import { APICallError, InvalidArgumentError, LoadAPIKeyError } from '@ai-sdk/provider';
import { describe, expect, test } from 'vitest';
import { addSecret, createRedactor } from '../../../src/base/redact.ts';
import { ModelCallError } from '../../../src/model/model-call-error.ts';
import { toModelCallError } from '../../../src/model/provider/to-model-call-error.ts';

const SCENE = { name: 'mine', model: 'gpt-x', key: 'OPENAI_API_KEY', redact: createRedactor({}), now: 0 };
const convert = (thrown: unknown) => toModelCallError(thrown, SCENE);

function refused(statusCode: number | undefined, more: Partial<ConstructorParameters<typeof APICallError>[0]> = {}) {
  const status = statusCode === undefined ? {} : { statusCode };
  return new APICallError({
    message: 'no',
    url: 'http://x/',
    requestBodyValues: { prompt: 'all of it' },
    ...status,
    ...more,
  });
}

describe('toModelCallError', () => {
  test('says what is known of a refusal for want of capacity', () => {
    const error = convert(
      refused(429, {
        responseHeaders: { 'retry-after': '7', 'x-ratelimit-remaining-requests': '0' },
        message: 'Slow\n down',
      }),
    );
    expect(error).toMatchObject({
      code: 'MODEL_FAILED',
      message: 'Cannot get an answer from model "mine": HTTP 429: Slow down',
      retryable: true,
      throttled: true,
      status: 429,
      retryAfterMs: 7_000,
      limits: { requests: { remaining: 0 } },
    });
    // It would keep the whole request in memory.
    expect(error.cause).toBeUndefined();
  });

  test.each([
    [401, 'HTTP 401, check OPENAI_API_KEY: no'],
    [403, 'HTTP 403, check OPENAI_API_KEY: no'],
    [404, 'HTTP 404, check the name of the model, "gpt-x", and base_url: no'],
    [402, 'HTTP 402, the account has nothing left to spend: no'],
    [307, 'HTTP 307, it redirects, so set base_url to where it leads: no'],
    [400, 'HTTP 400: no'],
  ])('of %d it says what to do', (status, message) => {
    expect(convert(refused(status))).toMatchObject({
      message: `Cannot get an answer from model "mine": ${message}`,
      retryable: false,
    });
  });

  test('shows the beginning of an answer that is none', () => {
    const page = refused(200, { message: 'Invalid JSON response', responseBody: `<!DOCTYPE html>${'x'.repeat(500)}` });
    expect(convert(page)).toMatchObject({
      retryable: true,
      message: expect.stringMatching(/: Invalid JSON response; it begins with "<!DOCTYPE html>x{65}"$/),
    });
  });

  test.each([
    ['the account is empty', refused(429, { responseBody: '{"error":{"code":"insufficient_quota"}}' }), false, false],
    ['the account is closed', refused(400, { responseBody: '{"error":{"type":"billing_not_active"}}' }), false, false],
    ['a text that speaks of billing', refused(429, { responseBody: '{"message":"check your billing"}' }), true, true],
    ['it must not be repeated', refused(503, { responseHeaders: { 'x-should-retry': 'false' } }), false, false],
    ['it may be repeated', refused(400, { responseHeaders: { 'x-should-retry': 'true' } }), true, false],
    ['overload, as a status of its own', refused(503, { responseBody: '{"type":"overloaded_error"}' }), true, true],
    [
      'no connection',
      refused(undefined, { message: 'Cannot connect to API: ECONNREFUSED', isRetryable: true }),
      true,
      false,
    ],
    ['an abort of the package itself', new DOMException('timed out', 'TimeoutError'), true, false],
    ['a socket that closed', new TypeError('terminated', { cause: new Error('other side closed') }), true, false],
    ['overload in a stream', { type: 'overloaded_error', message: 'oh' }, true, true],
    ['a limit in a stream', { message: 'oh', code: 'rate_limit_exceeded' }, true, true],
    ['a bad request in a stream', { message: 'oh', type: 'invalid_request_error' }, false, false],
    ['any failure in a stream', { message: 'oh', type: 'server_error' }, true, false],
    ['a text', 'oh', true, false],
    ['a refusal underneath', new Error('failed', { cause: refused(401) }), false, false],
  ])('%s', (_, thrown, retryable, throttled) => {
    expect(convert(thrown)).toMatchObject({ code: 'MODEL_FAILED', retryable, throttled });
  });

  test('a package that is not set up is unavailable, and says why', () => {
    expect(convert(new LoadAPIKeyError({ message: 'Mistral API key is missing: MISTRAL_API_KEY' }))).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: false,
      message: 'Cannot get an answer from model "mine": Mistral API key is missing: MISTRAL_API_KEY',
    });
  });

  test('a request that the package does not take is not repeated', () => {
    const thrown = new InvalidArgumentError({ argument: 'providerOptions', message: 'invalid options' });
    expect(convert(thrown)).toMatchObject({ code: 'MODEL_FAILED', retryable: false });
  });

  test('a failure of ours comes through, however deep it is', () => {
    const own = new ModelCallError('MODEL_ANSWER', 'too long');
    expect(convert(new Error('failed', { cause: refused(200, { cause: own }) }))).toBe(own);
  });

  test('the message is bounded and holds no secret', () => {
    addSecret('sk-very-secret-value');
    const { message } = convert(refused(401, { message: `Wrong key: sk-very-secret-value ${'x'.repeat(100_000)}` }));
    expect(message).toContain('Wrong key: [redacted]');
    expect(message.length).toBeLessThan(700);
  });

  test('never throws', () => {
    const cycle = new Error('a');
    cycle.cause = cycle;
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    for (const thrown of [undefined, null, 0, Symbol('x'), cycle, hostile, { message: {} }, { statusCode: 'x' }, []]) {
      expect(convert(thrown)).toBeInstanceOf(ModelCallError);
    }
  });
});

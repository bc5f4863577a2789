import { describe, expect, test } from 'vitest';
import { MODEL_ANSWER_MAX_BYTES, MODEL_REFUSAL_MAX_BYTES, MODEL_STREAM_MAX_BYTES } from '../../../src/base/limits.ts';
import { createBoundedFetch } from '../../../src/model/provider/bounded-fetch.ts';

/** A body of so many chunks, of which it is known whether anybody still reads them. */
function endless(chunk: string) {
  const bytes = new TextEncoder().encode(chunk);
  const state = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      state.pulled++;
      controller.enqueue(bytes);
    },
    cancel() {
      state.cancelled = true;
    },
  });
  return { body, state };
}

const fetchOf = (response: Response) => createBoundedFetch('mine', async () => response);

describe('createBoundedFetch', () => {
  test('passes a short answer of known length on as it is', async () => {
    const response = new Response('{}', { headers: { 'content-length': '2' } });
    expect(await fetchOf(response)('http://x/')).toBe(response);
  });

  test('passes an answer of unknown length on, with its status and headers', async () => {
    const response = new Response('hello', { status: 201, statusText: 'Fine', headers: { 'x-a': 'b' } });
    const passed = await fetchOf(response)('http://x/');
    expect([passed.status, passed.statusText, passed.headers.get('x-a'), await passed.text()]).toEqual([
      201,
      'Fine',
      'b',
      'hello',
    ]);
  });

  test('an answer without a body stays without', async () => {
    expect((await fetchOf(new Response(null, { status: 204 }))('http://x/')).body).toBeNull();
  });

  test.each([
    ['an answer', 'x'.repeat(100_000), 'application/json', MODEL_ANSWER_MAX_BYTES],
    ['one event', 'x'.repeat(100_000), 'text/event-stream', MODEL_ANSWER_MAX_BYTES],
    ['a stream', `: ${'x'.repeat(1_000_000)}\n`, 'text/event-stream; charset=utf-8', MODEL_STREAM_MAX_BYTES],
  ])('%s without end fails, and its connection is closed', async (_, chunk, type, bytes) => {
    const { body, state } = endless(chunk);
    const passed = await fetchOf(new Response(body, { headers: { 'content-type': type } }))('http://x/');
    await expect(passed.text()).rejects.toMatchObject({
      code: 'MODEL_ANSWER',
      retryable: false,
      message: `Cannot use the answer of model "mine": it is longer than ${bytes} bytes`,
    });
    expect(state.cancelled).toBe(true);
    expect(state.pulled * chunk.length).toBeLessThan(bytes + 10 * chunk.length);
  });

  test('an answer that says it is short, but is compressed, is counted', async () => {
    const { body } = endless('x'.repeat(100_000));
    const headers = { 'content-length': '10', 'content-encoding': 'gzip' };
    await expect((await fetchOf(new Response(body, { headers }))('http://x/')).text()).rejects.toThrow('longer than');
  });

  test('a refusal ends early, as if it were whole', async () => {
    const { body, state } = endless('x'.repeat(10_000));
    const passed = await fetchOf(new Response(body, { status: 500 }))('http://x/');
    expect((await passed.text()).length).toBe(MODEL_REFUSAL_MAX_BYTES);
    expect(state.cancelled).toBe(true);
  });

  test('who does not want the rest says so to the server', async () => {
    const { body, state } = endless('x');
    await (await fetchOf(new Response(body))('http://x/')).body?.cancel();
    expect(state.cancelled).toBe(true);
  });

  test('follows no redirection, since the request has a key in it', async () => {
    const asked: unknown[] = [];
    const fetch = createBoundedFetch('mine', async (_, init) => {
      asked.push(init?.redirect);
      return new Response(null, { status: 204 });
    });
    await fetch('http://x/', { redirect: 'follow' });
    expect(asked).toEqual(['manual']);
  });
});

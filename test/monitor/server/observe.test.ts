import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { type ErrorCode, TroupeError } from '../../../src/base/errors.ts';
import { OBSERVE_BODY_BYTES, OBSERVE_STREAMS_MAX } from '../../../src/base/monitor-limits.ts';
import { openAssets } from '../../../src/monitor/server/assets.ts';
import { ObserveDesk } from '../../../src/monitor/server/observe.ts';
import { openServer } from '../../../src/monitor/server/server.ts';
import { type RawRequest, request } from './raw-request.ts';
import { stubObserving } from './stub-observing.ts';

const READ = 'r'.repeat(32);
const CONTROL = 'c'.repeat(32);

/** The server with nothing behind it but what the test says. */
async function setUp() {
  const observing = stubObserving();
  const clock = createRealClock();
  const unwatch = vi.fn();
  const watch = vi.fn(() => unwatch);
  const desk = new ObserveDesk({ observing, clock, encode: JSON.stringify, watch });
  const server = await openServer({
    tokens: { read: READ, control: CONTROL },
    port: 0,
    assets: openAssets('/nowhere'),
    clock,
    sockets: {},
    observe: desk.answer,
  });
  onTestFinished(async () => {
    desk.stop();
    await server.close();
    clock.stop();
  });
  const { port } = server;
  const send = async (target: string, { headers = {}, ...rest }: RawRequest = {}) => {
    const answer = await request(port, {
      ...rest,
      target,
      headers: { Authorization: `Bearer ${CONTROL}`, ...headers },
    });
    return { ...answer, json: answer.body.startsWith('{') ? JSON.parse(answer.body) : undefined };
  };
  const post = (target: string, body: string, headers: RawRequest['headers'] = {}) =>
    send(target, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': `${Buffer.byteLength(body)}`, ...headers },
      body,
    });
  const base = `http://127.0.0.1:${port}`;
  const open = async (path: string) => {
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const headers = { authorization: `Bearer ${READ}`, accept: 'text/event-stream' };
    const response = await fetch(base + path, { headers, signal: abort.signal });
    return { response, leave: () => abort.abort() };
  };
  return { observing, desk, server, watch, unwatch, send, post, open, base };
}

describe('a push', () => {
  test('is accepted, and told where its result will be', async () => {
    const { observing, post } = await setUp();
    const { status, headers, json } = await post('/observe/desk', '{"text":"hi"}');
    expect(status).toBe(202);
    expect(json).toEqual({ id: 'desk-1', source: 'desk', status: 'waiting', result: '/observe/desk/desk-1' });
    expect(headers).toMatchObject({
      location: '/observe/desk/desk-1',
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['preference-applied']).toBeUndefined();
    expect(observing.pushed).toEqual([{ source: 'desk', item: { text: 'hi' } }]);
  });

  test('has its result at an address that can be opened, whatever its id and user', async () => {
    const { post, send, observing } = await setUp();
    const { json } = await post('/observe/desk', JSON.stringify({ text: 'x', id: 'a/b?c#d%', user: 'a&b=+' }));
    expect(json.result).toBe('/observe/desk/a%2Fb%3Fc%23d%25?user=a%26b%3D%2B');
    observing.answer('a/b?c#d%');
    expect((await send(json.result)).json).toMatchObject({ id: 'a/b?c#d%', status: 'done', reply: 'yes' });
  });

  test('of what has been answered before is told the result', async () => {
    const { observing, post } = await setUp();
    await post('/observe/desk', '{"text":"x"}', { 'Idempotency-Key': 'k' });
    observing.answer('k');
    const { status, json } = await post('/observe/desk', '{"text":"x"}', { 'Idempotency-Key': 'k' });
    expect([status, json.status, json.result]).toEqual([200, 'done', '/observe/desk/k']);
  });

  test.each<[ErrorCode, number]>([
    ['SOURCE_FAILED', 400],
    ['SOURCE_UNKNOWN', 404],
    ['CONFLICT', 409],
    ['SOURCE_ENDED', 410],
    ['SOURCE_UNAVAILABLE', 503],
    ['STORE_FAILED', 503],
    ['TOO_MANY', 503],
    ['TEMPLATE', 500],
  ])('that is refused with %s is answered with %i', async (code, expected) => {
    const { observing, post } = await setUp();
    observing.refusal = new TroupeError(code, 'Cannot: so');
    const { status, headers, json } = await post('/observe/desk', '{"text":"x"}');
    expect([status, json]).toEqual([expected, { error: { code, message: 'Cannot: so' } }]);
    expect(headers['retry-after']).toBe(expected === 503 ? '1' : undefined);
  });

  test('by who may only look is refused with a sentence', async () => {
    const { observing, post } = await setUp();
    const { status, json } = await post('/observe/desk', '{"text":"x"}', { Authorization: `Bearer ${READ}` });
    expect([status, json.error.code]).toEqual([403, 'FORBIDDEN']);
    expect(json.error.message).toContain('--monitor-control');
    expect(observing.pushed).toEqual([]);
  });

  test('may have its token in the address or the cookie', async () => {
    const { observing, server, post } = await setUp();
    const none = { Authorization: undefined };
    expect((await post(`/observe/desk?token=${CONTROL}`, '{"text":"x"}', none)).status).toBe(202);
    const Cookie = `troupe-${server.port}=${CONTROL}`;
    expect((await post('/observe/desk', '{"text":"x"}', { ...none, Cookie })).status).toBe(202);
    expect((await post('/observe/desk', '{"text":"x"}', none)).status).toBe(401);
    expect(observing.pushed).toHaveLength(2);
  });

  test('that is too long is refused, and so is what cannot be read', async () => {
    const { observing, post } = await setUp();
    const long = JSON.stringify({ text: 'x'.repeat(OBSERVE_BODY_BYTES) });
    const { status, json } = await post('/observe/desk', long);
    expect([status, json.error.message]).toEqual([413, `Cannot read the item: it is over ${OBSERVE_BODY_BYTES} bytes`]);
    const wrong = await post('/observe/desk', '{"text":1}');
    expect([wrong.status, wrong.json.error.message]).toEqual([400, expect.stringContaining('text: Invalid input')]);
    expect((await post('/observe/desk', 'x', { 'Content-Type': 'text/html' })).status).toBe(415);
    expect(observing.pushed).toEqual([]);
  });

  test('goes on with the trace of its request', async () => {
    const { observing, post } = await setUp();
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await post('/observe/desk', '{"text":"x"}', { traceparent: trace });
    await post('/observe/desk', '{"text":"x"}', { traceparent: 'wrong' });
    expect(observing.pushed.map(({ item }) => item.trace)).toEqual([trace, undefined]);
  });
});

describe('whoever would wait', () => {
  test('is answered as soon as the result is there', async () => {
    const { observing, post } = await setUp();
    const asked = post('/observe/desk', '{"text":"x"}', { Prefer: 'wait=30' });
    await vi.waitFor(() => expect(observing.followed).toBe(1));
    observing.outcomes.change('desk-1', { status: 'working' });
    observing.answer('desk-1');
    const { status, headers, json } = await asked;
    expect([status, headers['preference-applied']]).toEqual([200, 'wait=30']);
    expect(json).toMatchObject({ status: 'done', reply: 'yes', result: '/observe/desk/desk-1' });
    expect(observing.followed).toBe(0);
  });

  test('for too long is told how it stands', async () => {
    const { observing, post } = await setUp();
    const asked = post('/observe/desk', '{"text":"x"}', { Prefer: 'wait=1' });
    await vi.waitFor(() => expect(observing.followed).toBe(1));
    observing.outcomes.change('desk-1', { status: 'working', agent: 'x/0' });
    const { status, headers, json } = await asked;
    expect([status, headers['preference-applied']]).toEqual([202, 'wait=1']);
    expect([json.status, json.agent, observing.followed]).toEqual(['working', 'x/0', 0]);
  });

  test('and goes, holds nothing', async () => {
    const { observing, base } = await setUp();
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${CONTROL}`, prefer: 'wait=60' };
    const init = { method: 'POST', body: '{"text":"x"}', headers, signal: abort.signal };
    const asked = fetch(`${base}/observe/desk`, {
      ...init,
      headers: { ...headers, 'content-type': 'application/json' },
    });
    await vi.waitFor(() => expect(observing.followed).toBe(1));
    abort.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() => expect(observing.followed).toBe(0));
  });
});

describe('a result', () => {
  test('is told to who may only look, and to its user alone', async () => {
    const { observing, send } = await setUp();
    await observing.observe('desk', { text: 'x', id: 'a', user: 'ada' });
    await observing.observe('desk', { text: 'x', id: 'b' });
    const reader = { headers: { Authorization: `Bearer ${READ}` } };
    expect((await send('/observe/desk/a?user=ada', reader)).json).toEqual({
      id: 'a',
      source: 'desk',
      status: 'waiting',
    });
    for (const query of ['', '?user=', '?user=eve', '?user=Ada', '?user=eve&user=ada']) {
      const { status, json } = await send(`/observe/desk/a${query}`, reader);
      expect([status, json.error.code], query).toEqual([404, 'OUTCOME_UNKNOWN']);
    }
    expect((await send('/observe/desk/b?user=eve', reader)).status).toBe(200);
    expect((await send('/observe/other/b', reader)).status).toBe(404);
  });

  test('that is not kept any more is gone', async () => {
    const { observing, send } = await setUp();
    observing.find = () => 'gone';
    const { status, json } = await send('/observe/desk/a');
    expect([status, json.error.code]).toEqual([410, 'OUTCOME_GONE']);
  });

  test('has a head', async () => {
    const { observing, send } = await setUp();
    await observing.observe('desk', { text: 'x', id: 'a' });
    const headers = { Accept: 'text/event-stream' };
    const { status, body, headers: told } = await send('/observe/desk/a', { method: 'HEAD', headers });
    expect([status, body, told['content-type']]).toEqual([200, '', 'application/json; charset=utf-8']);
  });
});

describe('a stream', () => {
  test('tells until it is done', async () => {
    const { observing, open } = await setUp();
    await observing.observe('desk', { text: 'x', id: 'a' });
    const { response } = await open('/observe/desk/a');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    observing.answer('a');
    const text = await response.text();
    expect(text.match(/^event: .*$/gm)).toEqual(['event: status', 'event: done']);
    expect(observing.followed).toBe(0);
  });

  test('is not told to another user', async () => {
    const { observing, open } = await setUp();
    await observing.observe('desk', { text: 'x', id: 'a', user: 'ada' });
    expect((await open('/observe/desk/a?user=eve')).response.status).toBe(404);
    expect((await open('/observe/desk/a?user=ada')).response.status).toBe(200);
  });

  test('is one of so many; who goes makes room', async () => {
    const { observing, open } = await setUp();
    await observing.observe('desk', { text: 'x', id: 'a' });
    const streams = [];
    for (let i = 0; i < OBSERVE_STREAMS_MAX; i++) streams.push(await open('/observe/desk/a'));
    const { response } = await open('/observe/desk/a');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    streams[0]!.leave();
    await vi.waitFor(() => expect(observing.followed).toBe(OBSERVE_STREAMS_MAX - 1));
    expect((await open('/observe/desk/a')).response.status).toBe(200);
  });

  test('ends with the desk, which watches nobody then', async () => {
    const { observing, desk, open, watch, unwatch } = await setUp();
    await observing.observe('desk', { text: 'x', id: 'a' });
    const { response } = await open('/observe/desk/a');
    const [[watches]] = watch.mock.calls as unknown as [[(agent: string) => boolean]];
    expect([watches('a'), watches('b'), unwatch.mock.calls.length]).toEqual([true, false, 0]);
    desk.stop();
    expect(await response.text()).not.toContain('done');
    expect([observing.followed, unwatch.mock.calls.length]).toEqual([0, 1]);
  });
});

describe('an address that is none', () => {
  test.each([
    ['POST', '/observe/nobody', 404],
    ['GET', '/observe/nobody/a', 404],
    ['POST', '/observe', 404],
    ['POST', '/observe/', 404],
    ['POST', '/observe/%zz', 404],
    ['POST', '/observe/__proto__', 404],
    ['GET', '/observe/desk/a/b', 404],
    ['GET', '/observe/desk/', 404],
    ['GET', '/observe/desk/%zz', 404],
    ['GET', '/observe/desk/nobody', 404],
    ['GET', '/observe/desk', 405],
    ['PUT', '/observe/desk', 405],
    ['POST', '/observe/desk/a', 405],
    ['DELETE', '/observe/desk/a', 405],
    ['OPTIONS', '/observe/desk', 405],
    ['POST', '/observers', 405],
    ['POST', '/observe/../observe/desk', 405],
    ['GET', '/observe/desk/../x', 400],
  ])('%s %s is answered with %i', async (method, target, expected) => {
    const { observing, send } = await setUp();
    const { status, json } = await send(target, { method, body: '{"text":"x"}', headers: { 'Content-Length': '12' } });
    expect(status).toBe(expected);
    if (expected === 404 && !target.startsWith('/observe/desk/')) {
      expect(json.error.message).toMatch(/^There is no source.*: there are desk, other$/);
    }
    expect(observing.pushed).toEqual([]);
  });
});

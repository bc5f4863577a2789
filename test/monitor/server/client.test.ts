import { describe, expect, test, vi } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import { Client, type ClientOptions } from '../../../src/monitor/server/client.ts';

function setUp(options: Partial<ClientOptions> = {}) {
  const sent: any[] = [];
  const outbox = { hasRoom: () => true, send: (text: string) => sent.push(JSON.parse(text)), stop: vi.fn() };
  const feed = {
    subscribe: vi.fn(async () => undefined),
    get: vi.fn(async ({ id }: { id?: string }) => JSON.stringify({ type: 'fleet', id })),
    unsubscribe: vi.fn(() => 2),
    drop: vi.fn(),
  };
  const send = vi.fn(() => 3);
  const close = vi.fn();
  const client = new Client({
    outbox: outbox as never,
    feed: feed as never,
    right: 'control',
    encode: JSON.stringify,
    obey: () => send,
    close,
    ...options,
  });
  const take = (message: unknown) => client.take(JSON.stringify(message));
  return { client, take, sent, feed, send, close, outbox };
}

const settled = () => new Promise(setImmediate);
const pause = { type: 'command', command: { type: 'run.pause' } };

test('requests are answered one after the other, in order', async () => {
  const order: unknown[] = [];
  const { take, feed } = setUp();
  feed.get.mockImplementation(async ({ id }) => {
    order.push(`begins ${id}`);
    await settled();
    order.push(`ends ${id}`);
    return '{}';
  });
  for (const id of ['a', 'b']) take({ type: 'get', topic: 'charts', id });
  await vi.waitFor(() => expect(order).toHaveLength(4));
  expect(order).toEqual(['begins a', 'ends a', 'begins b', 'ends b']);
});

test('a command is carried out, and answered with how many it reached', async () => {
  const { take, sent, send } = setUp();
  take({ id: 1, ...pause });
  await settled();
  expect(send).toHaveBeenCalledExactlyOnceWith({ type: 'run.pause' });
  expect(sent).toEqual([{ type: 'answer', id: 1, affected: 3 }]);
});

test('an unsubscription is answered with how many ended', async () => {
  const { take, sent } = setUp();
  take({ type: 'unsubscribe', topic: 'agent' });
  await settled();
  expect(sent).toEqual([{ type: 'answer', affected: 2 }]);
});

test('who may only look commands nothing', async () => {
  const { take, sent, send } = setUp({ right: 'read' });
  take({ id: 1, ...pause });
  await settled();
  expect(send).not.toHaveBeenCalled();
  expect(sent).toEqual([
    { type: 'error', id: 1, code: 'FORBIDDEN', message: expect.stringContaining('--monitor-control') },
  ]);
});

test('a run that is not under way is not commanded', async () => {
  const { take, sent } = setUp({ obey: () => undefined });
  take(pause);
  await settled();
  expect(sent).toEqual([{ type: 'error', code: 'NOT_LIVE', message: expect.stringContaining('not under way') }]);
});

describe('a push', () => {
  const push = { type: 'observe', id: 4, source: 'desk', item: { text: 'x' } };
  const toObserver = () => ({ observe: vi.fn(async () => undefined), close: vi.fn() });

  test('is passed on, and what was pushed is forgotten with the client', async () => {
    const observer = toObserver();
    const { client, take, sent } = setUp({ observer });
    take(push);
    await settled();
    expect(observer.observe).toHaveBeenCalledExactlyOnceWith(push);
    expect(sent).toEqual([]);
    client.close();
    expect(observer.close).toHaveBeenCalledOnce();
  });

  test('by who may only look is refused', async () => {
    const observer = toObserver();
    const { take, sent } = setUp({ observer, right: 'read' });
    take(push);
    await settled();
    expect(observer.observe).not.toHaveBeenCalled();
    expect(sent).toEqual([
      { type: 'error', id: 4, code: 'FORBIDDEN', message: expect.stringContaining('--monitor-control') },
    ]);
  });

  test('into a run that takes nothing is refused', async () => {
    const { take, sent } = setUp();
    take(push);
    await settled();
    expect(sent).toMatchObject([{ type: 'error', id: 4, code: 'SOURCE_UNKNOWN' }]);
  });

  test.each([
    'CONFLICT',
    'SOURCE_ENDED',
    'SOURCE_UNAVAILABLE',
    'SOURCE_FAILED',
    'TOO_MANY',
  ] as const)('that is refused with %s is told so', async (code) => {
    const observer = toObserver();
    observer.observe.mockRejectedValueOnce(new TroupeError(code, 'so'));
    const { take, sent } = setUp({ observer });
    take(push);
    await settled();
    expect(sent).toEqual([{ type: 'error', id: 4, code, message: 'so' }]);
  });
});

test.each([
  [new TroupeError('AGENT_UNKNOWN', 'who?'), 'AGENT_UNKNOWN'],
  [new TroupeError('GROUP_UNKNOWN', 'who?'), 'GROUP_UNKNOWN'],
  [new TroupeError('MAILBOX_FULL', 'who?'), 'MAILBOX_FULL'],
  [new TroupeError('TOO_MANY', 'who?'), 'TOO_MANY'],
  [new TroupeError('STORE_FAILED', 'who?'), 'FAILED'],
  [new Error('who?'), 'FAILED'],
  ['who?', 'FAILED'],
])('%s is told as %s, and the next request is answered', async (thrown, code) => {
  const { take, sent, feed } = setUp();
  feed.subscribe.mockRejectedValueOnce(thrown);
  take({ type: 'subscribe', topic: 'agent', agent: 'a/0', id: 1 });
  take({ type: 'get', topic: 'charts', id: 2 });
  await settled();
  expect(sent).toEqual([
    { type: 'error', id: 1, code, message: 'who?' },
    { type: 'fleet', id: 2 },
  ]);
});

test('the 33rd request at once is refused, and only that one', async () => {
  const { take, sent, feed } = setUp();
  let release: () => void = () => undefined;
  feed.get.mockImplementationOnce(() => new Promise((resolve) => (release = () => resolve('{"id":0}'))));
  for (let id = 0; id < 33; id++) take({ type: 'get', topic: 'charts', id });
  await settled();
  expect(sent).toEqual([{ type: 'error', id: 32, code: 'TOO_MANY', message: expect.stringContaining('32') }]);
  release();
  await settled();
  expect(sent).toHaveLength(33);
  take({ type: 'get', topic: 'charts', id: 33 });
  await settled();
  expect(sent.at(-1)).toEqual({ type: 'fleet', id: 33 });
});

test('what is no message ends the connection, and nothing after it is done', async () => {
  const { client, take, sent, close, send } = setUp();
  client.take('{"type":"command","id":5}');
  take(pause);
  client.take('{');
  await settled();
  expect(sent).toEqual([{ type: 'error', id: 5, code: 'BAD_MESSAGE', message: expect.stringContaining('command') }]);
  expect(close).toHaveBeenCalledExactlyOnceWith('not a message of troupe.v1');
  expect(send).not.toHaveBeenCalled();
});

test('when it has closed it takes nothing, forgets what it asked for and has no timer', async () => {
  const { client, take, sent, feed, outbox } = setUp();
  let release: () => void = () => undefined;
  feed.subscribe.mockImplementationOnce(() => new Promise((resolve) => (release = () => resolve(undefined))));
  take({ type: 'subscribe', topic: 'fleet' });
  take({ type: 'get', topic: 'charts' });
  await settled();
  client.close();
  expect(feed.drop).toHaveBeenCalledOnce();
  expect(outbox.stop).toHaveBeenCalledOnce();
  // What was being subscribed meanwhile goes too.
  release();
  take(pause);
  await settled();
  expect(feed.drop).toHaveBeenCalledTimes(2);
  expect(sent).toEqual([]);
});

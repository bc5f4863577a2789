import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { MCP_MESSAGE_MAX_CHARS } from '../../../src/base/limits.ts';
import { AnswerStreams } from '../../../src/tools/mcp/answer-streams.ts';
import { eventually } from './mcp-setup.ts';

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** @param reply Answers every request; what it writes is a stream of events unless it says otherwise. */
async function create(reply: (response: ServerResponse) => void) {
  const closed = vi.fn();
  const server = createServer((request, response) => {
    response.once('close', closed).setHeader('content-type', 'text/event-stream');
    request.resume().once('end', () => reply(response));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const streams = new AnswerStreams(createRealClock());
  ends.push(() => {
    streams.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (message: unknown) => streams.fetch(url, { method: 'POST', body: JSON.stringify(message) });
  return {
    closed,
    post,
    streams,
    call: (id: number) => post({ jsonrpc: '2.0', id, method: 'tools/call' }),
    get: () => streams.fetch(url),
  };
}

const SILENCE = 'data: {"jsonrpc":"2.0","id":5,"result":{}}';
const failure = (message: string) => `data: {"jsonrpc":"2.0","id":5,"error":{"code":-32000,"message":"${message}"}}`;

test('a stream that ends without the answer gives an error instead', async () => {
  const { call } = await create((response) => response.end(': hello\n\ndata: half'));
  const text = await (await call(5)).text();
  expect(text).toBe(
    `: hello\n\ndata: half\n\n${failure('the server ended the call without an answer')}\n\n${SILENCE}\n\n`,
  );
});

test('a stream with the answer ends with an empty result, after which nobody takes it up again', async () => {
  const { call, streams } = await create((response) => response.end('id: 1\ndata: answer\n\n'));
  const response = await call(5);
  streams.answered(5);
  expect(await response.text()).toBe(`id: 1\ndata: answer\n\n\n\n${SILENCE}\n\n`);
});

test.each([
  'id: 1\ndata: \n\n',
  ': x\nid: 1\ndata: \n\n',
])('a stream that can be taken up again ends as it is: %j', async (events) => {
  const { call } = await create((response) => response.end(events));
  expect(await (await call(5)).text()).toBe(events);
});

test('an id that comes in two pieces is one', async () => {
  const { call } = await create((response) => {
    response.write(': x\ni', () => response.end('d: 1\n\n'));
  });
  expect(await (await call(5)).text()).toBe(': x\nid: 1\n\n');
});

test('what is no answer to a request is left as it is', async () => {
  const { get, post } = await create((response) => response.end(': x\n\n'));
  expect(await (await get()).text()).toBe(': x\n\n');
  expect(await (await post({ jsonrpc: '2.0', method: 'notifications/initialized' })).text()).toBe(': x\n\n');
  expect(await (await post({ jsonrpc: '2.0', id: 5, result: {} })).text()).toBe(': x\n\n');
});

test('a call that is cancelled ends, and its connection', async () => {
  const { call, closed, post } = await create((response) => response.write('id: 1\ndata: \n\n'));
  const [one, other] = [await call(5), await call(6)];
  const text = one.text();
  await post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5 } });
  expect(await text).toBe(`id: 1\ndata: \n\n\n\n${SILENCE}\n\n`);
  await eventually(() => expect(closed).toHaveBeenCalledTimes(1));
  expect(other.bodyUsed).toBe(false);
});

test('an event that is too long gives an error instead; many that are not are fine', async () => {
  const part = 'x'.repeat(MCP_MESSAGE_MAX_CHARS / 2);
  const long = await create((response) => response.write(`data: ${part}${part}`));
  const text = await (await long.call(5)).text();
  expect(text.slice(-300)).toContain(failure(`the answer is longer than ${MCP_MESSAGE_MAX_CHARS} bytes`));
  for (const lineEnd of ['\n', '\r\n']) {
    const event = `data: ${part}${lineEnd}${lineEnd}`;
    const many = await create((response) => response.end(`id: 1${lineEnd}${event}${event}${event}`));
    expect((await (await many.call(5)).text()).length).toBe(event.length * 3 + 5 + lineEnd.length);
  }
});

test('another answer is bounded as a whole', async () => {
  const { call } = await create((response) => {
    response.setHeader('content-type', 'application/json');
    response.write(`"${'x\n\n'.repeat(MCP_MESSAGE_MAX_CHARS / 2)}`);
  });
  await expect((await call(5)).text()).rejects.toThrow('the answer is longer than');
});

test('close ends all that is open, also what has not been answered yet', async () => {
  const arrived = vi.fn();
  const { call, closed, streams } = await create(arrived);
  const waiting = expect(call(5)).rejects.toThrow('abort');
  await eventually(() => expect(arrived).toHaveBeenCalledTimes(1));
  streams.close();
  await waiting;
  await eventually(() => expect(closed).toHaveBeenCalledTimes(1));
});
